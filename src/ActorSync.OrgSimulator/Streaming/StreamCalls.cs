using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>What the surface keeps between requests.</summary>
internal sealed record StreamServices(ChangeEventLog Log, StreamClients Clients, ChangeEventJson Json);

/// <summary>The messages of one request and what becomes of them.</summary>
/// <param name="cookie">Value of the cookie that came along; null for none.</param>
/// <param name="gone">Ends when the caller hangs up: nothing is told to the void.</param>
internal sealed class StreamCalls(OrgServices org, StreamServices streams, IReadOnlyList<BayeuxMessage> messages, string? cookie, CancellationToken gone)
{
    public const string CookieName = "BAYEUX_BROWSER";

    private readonly Dictionary<BayeuxMessage, BayeuxAdvice> _firstAdvice = [];

    /// <summary>What the request is for faults and holds: its connect, if it has one, else its first message.</summary>
    public BayeuxMessage Main { get; } = messages.FirstOrDefault(m => m.Operation == "connect") ?? messages[0];

    /// <summary>API names of the objects that the request is about.</summary>
    public IReadOnlyList<string> Objects() => Main.Operation == "connect"
        ? streams.Clients.Find(Main.ClientId)?.Objects ?? []
        : [.. messages.SelectMany(m => m.Subscriptions).Select(ObjectOf).OfType<string>()];

    /// <summary>Holds a request that is a connect and nothing else.</summary>
    public async Task ReadyAsync(CallScope scope, CancellationToken stopping)
    {
        if (scope.Faults.Any(f => f is OrgFault.ForgetClient))
        {
            streams.Clients.Forget(Main.ClientId);
        }

        if (messages is not [{ Operation: "connect", ConnectionType: "long-polling" } connect] || streams.Clients.Find(connect.ClientId) is not { } subscriber || subscriber.Cookie != cookie)
        {
            return;
        }

        var limit = streams.Clients.Limits.ConnectTimeout;
        if (subscriber.IsFirstConnect())
        {
            _firstAdvice.Add(connect, new BayeuxAdvice("retry", limit));
            return;
        }

        if (connect.Timeout is { } wanted && wanted < limit)
        {
            limit = wanted;
        }

        if (limit > TimeSpan.Zero)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
            await streams.Clients.HoldAsync(subscriber, limit, ended.Token);
        }
    }

    /// <summary>Has the effect of each message in order. Events come before the answer of their connect.</summary>
    public Answer Answer(CallScope scope)
    {
        string? newCookie = null;
        var parts = new List<Action<System.Text.Json.Utf8JsonWriter>>();
        foreach (var message in messages)
        {
            BayeuxReply reply;
            try
            {
                reply = message.Operation switch
                {
                    "handshake" => Shake(message, out newCookie),
                    "connect" => Connect(message, parts),
                    "subscribe" => Subscribe(message, scope),
                    "unsubscribe" => Unsubscribe(message),
                    "disconnect" => Disconnect(message),
                    _ => throw new StreamException(message.Channel.Length == 0 ? StreamErrors.NoChannel : StreamErrors.MetaChannel(message.Channel)),
                };
            }
            catch (StreamException refusal)
            {
                reply = Refuse(message, refusal.Message);
            }

            parts.Add(reply.Write);
        }

        return Write(parts) with { Headers = newCookie is null ? [] : [new("Set-Cookie", $"{CookieName}={newCookie}; Path=/cometd/; HttpOnly")] };
    }

    /// <summary>The same refusal for every message.</summary>
    public Answer Fail(string error) => Write([.. messages.Select(m => (Action<System.Text.Json.Utf8JsonWriter>)Refuse(m, error).Write)]);

    private static Answer Write(IReadOnlyList<Action<System.Text.Json.Utf8JsonWriter>> parts) => Http.Answer.Json(200, json =>
    {
        json.WriteStartArray();
        foreach (var part in parts)
        {
            part(json);
        }

        json.WriteEndArray();
    });

    /// <summary>Who is not known shakes hands again; who may not call, or too often, goes away.</summary>
    private static BayeuxReply Refuse(BayeuxMessage message, string error) => new(message)
    {
        Error = error,
        ClientId = error == StreamErrors.UnknownClient ? null : message.ClientId,
        Advice = error == StreamErrors.UnknownClient ? BayeuxAdvice.Handshake
            : message.Operation == "handshake" || error.StartsWith("401", StringComparison.Ordinal) ? BayeuxAdvice.None
            : null,
    };

    private BayeuxReply Shake(BayeuxMessage message, out string? newCookie)
    {
        var subscriber = streams.Clients.Open();
        newCookie = subscriber.Cookie;
        return new BayeuxReply(message) { ClientId = subscriber.Id };
    }

    private BayeuxReply Connect(BayeuxMessage message, List<Action<System.Text.Json.Utf8JsonWriter>> parts)
    {
        if (message.ConnectionType != "long-polling")
        {
            throw new StreamException(StreamErrors.ConnectionType(message.ConnectionType ?? ""));
        }

        var subscriber = Known(message);
        foreach (var (channel, change) in gone.IsCancellationRequested ? [] : Take(subscriber))
        {
            parts.Add(json => streams.Json.Write(json, channel, change));
        }

        var advice = subscriber.IsFirstConnect() ? new BayeuxAdvice("retry", streams.Clients.Limits.ConnectTimeout) : _firstAdvice.GetValueOrDefault(message);
        return new BayeuxReply(message) { ClientId = subscriber.Id, Advice = advice };
    }

    private IReadOnlyList<Delivery> Take(StreamSubscriber subscriber)
    {
        var events = subscriber.Events(StreamLimits.EventsPerAnswerMax, out _);
        if (events.Count == 0)
        {
            return events;
        }

        var call = new OrgCall(StreamEndpoint.Api, "deliver", [.. events.Select(e => e.Event.Definition.Name).Distinct()], null, events.Count) { Part = CallPart.Deliver };
        var drawn = org.Faults.Draw(call);
        if (!drawn.Any(f => f is OrgFault.RepeatEvents))
        {
            subscriber.Told(events);
        }

        return drawn.Any(f => f is OrgFault.ReorderEvents) ? [.. events.AsEnumerable().Reverse()] : events;
    }

    private BayeuxReply Subscribe(BayeuxMessage message, CallScope scope)
    {
        var subscriber = Known(message);
        if (message.Subscriptions.Count == 0)
        {
            throw new StreamException(StreamErrors.NoChannel);
        }

        var found = message.Subscriptions.Select(name => (Channel: StreamChannel.Find(name, org.Model.Schema, streams.Log), After: From(message.Replay.GetValueOrDefault(name, -1), scope))).ToList();
        found.ForEach(f => subscriber.Subscribe(f.Channel, f.After));
        return new BayeuxReply(message) { ClientId = subscriber.Id };
    }

    /// <exception cref="StreamException">The id is none of an event that is kept.</exception>
    private long From(long replayId, CallScope scope) => replayId switch
    {
        -1 => streams.Log.Last,
        -2 => 0,
        _ when streams.Log.Holds(replayId) && !scope.Faults.Any(f => f is OrgFault.ExpireReplay) => replayId,
        _ => throw new StreamException(StreamErrors.ReplayId(replayId)),
    };

    private BayeuxReply Unsubscribe(BayeuxMessage message)
    {
        var subscriber = Known(message);
        foreach (var channel in message.Subscriptions)
        {
            subscriber.Unsubscribe(channel);
        }

        return new BayeuxReply(message) { ClientId = subscriber.Id };
    }

    private BayeuxReply Disconnect(BayeuxMessage message)
    {
        var id = Known(message).Id;
        streams.Clients.Forget(id);
        return new BayeuxReply(message) { ClientId = id };
    }

    private StreamSubscriber Known(BayeuxMessage message)
    {
        var subscriber = streams.Clients.Find(message.ClientId) ?? throw new StreamException(StreamErrors.UnknownClient);
        return subscriber.Cookie == cookie ? subscriber : throw new StreamException(StreamErrors.NoCookie(subscriber.Id, CookieName));
    }

    private string? ObjectOf(string channel)
    {
        try
        {
            return StreamChannel.Find(channel, org.Model.Schema, streams.Log).Definition?.Name;
        }
        catch (StreamException)
        {
            return null;
        }
    }
}
