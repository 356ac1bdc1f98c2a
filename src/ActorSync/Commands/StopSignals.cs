using System.Runtime.InteropServices;

namespace ActorSync.Commands;

/// <summary>Turns Ctrl-C, SIGTERM and SIGQUIT into one cancellation; a second Ctrl-C ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Take),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Take),
    ];

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        // The handler runs on a thread of its own; cancelling the signal keeps the process alive to drain.
        context.Cancel = Interlocked.Increment(ref _count) < 2 || context.Signal != PosixSignal.SIGINT;
        if (context.Cancel)
        {
            _stop.Cancel();
        }
    }
}
