using ActorSync.Commands;
using ActorSync.Operations;

using var signals = new StopSignals();
return await CommandLine.RunAsync(args, Console.Out, Console.Error, Console.OpenStandardInput(), new BootTimeProvider(), signals.Token);
