using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>A signed-in user.</summary>
internal sealed record OrgSession(string Id, string UserId, DateTimeOffset IssuedAt);

/// <summary>The sessions of the org: issued by OAuth and login, ended by revoke, logout, a fault, or disuse. Thread-safe.</summary>
internal sealed class OrgSessions(string organizationId, int seed, TimeProvider clock, TimeSpan idleMax)
{
    /// <summary>Sessions held at once; the one unused for longest makes room. A simulator's own limit.</summary>
    private const int SessionsMax = 10_000;

    /// <summary>Characters after the <c>!</c> of a session id; those of real ones are of this order.</summary>
    private const int SecretLength = 96;

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);

    /// <summary>Starts a session of its own for each sign-in, named like <c>00Dxxxxxxxxxxxx!AQ...</c>.</summary>
    public OrgSession Issue(string userId)
    {
        lock (_gate)
        {
            var secret = _random.GetItems("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._".AsSpan(), SecretLength);
            var session = new OrgSession($"{organizationId[..15]}!AQ{new string(secret)}", userId, clock.GetUtcNow());
            if (_held.Count >= SessionsMax)
            {
                _held.Remove(_held.MinBy(h => h.Value.UsedAt).Key);
            }

            _held[session.Id] = new Held(session, clock.GetTimestamp());
            return session;
        }
    }

    /// <summary>Finds a live session and notes its use; null if it is unknown, ended or was idle for too long.</summary>
    public OrgSession? Find(string sessionId)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(sessionId, out var held))
            {
                return null;
            }

            if (clock.GetElapsedTime(held.UsedAt) >= idleMax)
            {
                _held.Remove(sessionId);
                return null;
            }

            held.UsedAt = clock.GetTimestamp();
            return held.Session;
        }
    }

    /// <exception cref="OrgFaultException">INVALID_SESSION_ID: there is no such session now.</exception>
    public OrgSession Require(string sessionId) =>
        Find(sessionId) ?? throw new OrgFaultException("INVALID_SESSION_ID", "Session expired or invalid");

    public bool Revoke(string sessionId)
    {
        lock (_gate)
        {
            return _held.Remove(sessionId);
        }
    }

    public void RevokeAll()
    {
        lock (_gate)
        {
            _held.Clear();
        }
    }

    private sealed class Held(OrgSession session, long usedAt)
    {
        public OrgSession Session { get; } = session;

        public long UsedAt { get; set; } = usedAt;
    }
}
