namespace ActorSync.OrgSimulator.Org;

/// <summary>Gives back what a caller holds, once, under the org's gate.</summary>
internal sealed class HeldUntilDisposed(Lock gate, Action release) : IDisposable
{
    private Action? _release = release;

    public void Dispose()
    {
        lock (gate)
        {
            _release?.Invoke();
            _release = null;
        }
    }
}
