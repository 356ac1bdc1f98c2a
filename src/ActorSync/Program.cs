using ActorSync.Commands;

using var signals = new StopSignals();
return await CommandLine.RunAsync(args, Console.Out, Console.Error, Console.OpenStandardInput(), TimeProvider.System, signals.Token);
