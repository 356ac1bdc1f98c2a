using System.Collections.Immutable;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Http;

/// <summary>What an effect is told about its call: who calls, and which faults concern its records.</summary>
internal sealed record CallScope(OrgCall Call, OrgSession? Session, ImmutableArray<OrgFault> Faults);

/// <summary>How a surface answers a call: its effect on the org, and the shape of its failures.</summary>
/// <param name="NeedsSession">False for login, token and the version list.</param>
/// <param name="Effect">Runs at most once, synchronously, and only within the request limit.</param>
internal sealed record CallAnswering(bool NeedsSession, Func<CallScope, Answer> Effect, Func<OrgFaultException, Answer> Failed)
{
    /// <summary>True while a record the call writes is locked by someone else; null where the call writes none.</summary>
    public Func<bool>? Locked { get; init; }

    /// <summary>Completes when the effect may happen, of a call that is held until there is something to answer, and no write; null where nothing is waited for.</summary>
    public Func<CallScope, CancellationToken, Task>? Ready { get; init; }

    /// <summary>False for calls that are no API requests by the day's allowance.</summary>
    public bool IsCounted { get; init; } = true;
}

/// <summary>How long a call may take before it has its effect, and how much of that it waits for locked rows.</summary>
internal sealed record CallLimits(TimeSpan Request, TimeSpan LockWait);

/// <summary>
/// Runs every API call through the same points: on its way, accepted, effect, answer. A caller that gives up does not stop its call: like Salesforce,
/// the simulator goes on to the effect, unless the request limit passes first.
/// </summary>
internal sealed class CallPipeline(OrgFaults faults, OrgSessions sessions, ApiUsage usage, TimeProvider clock, CallLimits limits, CancellationToken stopping)
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>The newest requests, streaming apart.</summary>
    public CallLog Log { get; } = new();

    public async Task RunAsync(HttpContext http, OrgCall call, CallAnswering answering)
    {
        if (call.Api != "stream")
        {
            Log.Add(clock.GetUtcNow(), call, answering is { NeedsSession: true, IsCounted: true });
        }

        var drawn = faults.Draw(call);
        try
        {
            var answer = await AnswerAsync(http, call, answering, drawn);
            if (answer is not null)
            {
                await SendAsync(http, call, answer, drawn);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            http.Abort();
        }
    }

    /// <returns>Null when the connection was closed instead.</returns>
    private async Task<Answer?> AnswerAsync(HttpContext http, OrgCall call, CallAnswering answering, ImmutableArray<OrgFault> drawn)
    {
        if (!await PassAsync(http, call, HoldPoint.OnTheWay, drawn, null))
        {
            return null;
        }

        var acceptedAt = clock.GetTimestamp();
        try
        {
            if (drawn.OfType<OrgFault.Refuse>().FirstOrDefault() is { } refuse)
            {
                return Refused(http, answering, refuse);
            }

            var session = Accept(call, answering, drawn);
            if (!await PassAsync(http, call, HoldPoint.BeforeEffect, drawn, acceptedAt))
            {
                return null;
            }

            await WaitForLocksAsync(answering.Locked, acceptedAt);
            if (clock.GetElapsedTime(acceptedAt) >= limits.Request)
            {
                throw new OrgFaultException("REQUEST_RUNNING_TOO_LONG", "Your request was running for too long, and has been stopped.");
            }

            var scope = new CallScope(call, session, drawn);
            if (answering.Ready is { } ready)
            {
                await ready(scope, stopping);
            }

            return answering.Effect(scope);
        }
        catch (OrgFaultException fault)
        {
            return answering.Failed(fault);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A mistake of the simulator's own: told to the caller, so that it is found.
            return answering.Failed(new OrgFaultException("UNKNOWN_EXCEPTION", $"The simulator failed on {call.Operation}: {error}"));
        }
    }

    private OrgSession? Accept(OrgCall call, CallAnswering answering, ImmutableArray<OrgFault> drawn)
    {
        if (drawn.Any(f => f is OrgFault.ExpireSession))
        {
            sessions.Revoke(call.SessionId);
        }

        var session = answering.NeedsSession ? sessions.Require(call.SessionId) : null;
        if (drawn.OfType<OrgFault.DailyLimit>().FirstOrDefault() is { } limit)
        {
            usage.UseUp(limit.Left);
        }

        if (answering is { NeedsSession: true, IsCounted: true } && !usage.TryCount())
        {
            throw new OrgFaultException("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
        }

        return drawn.OfType<OrgFault.Error>().FirstOrDefault() is { } error ? throw new OrgFaultException(error.Code, error.Message) : session;
    }

    private static Answer? Refused(HttpContext http, CallAnswering answering, OrgFault.Refuse refuse)
    {
        if (!refuse.Reset)
        {
            return answering.Failed(new OrgFaultException("SERVER_UNAVAILABLE", "Server unavailable, please try again later.")) with
            {
                Status = StatusCodes.Status503ServiceUnavailable,
            };
        }

        http.Abort();
        return null;
    }

    /// <returns>False when the call ends here: its connection was closed.</returns>
    private async Task<bool> PassAsync(HttpContext http, OrgCall call, HoldPoint point, ImmutableArray<OrgFault> drawn, long? acceptedAt)
    {
        if (faults.TakeHold(call, point) is { } hold && await hold.WaitAsync(call, stopping) == HoldEnd.Dropped)
        {
            http.Abort();
            return false;
        }

        foreach (var latency in drawn.OfType<OrgFault.Latency>().Where(l => l.At == point))
        {
            await DelayAsync(faults.Draw(latency.Delay), acceptedAt);
        }

        var hangsHere = point == HoldPoint.AfterEffect ? HangEffect.Applied : HangEffect.Never;
        if (point != HoldPoint.OnTheWay && drawn.Any(f => f is OrgFault.Hang hang && hang.Effect == hangsHere))
        {
            await HangAsync(http);
            return false;
        }

        return true;
    }

    private async Task SendAsync(HttpContext http, OrgCall call, Answer answer, ImmutableArray<OrgFault> drawn)
    {
        if (!await PassAsync(http, call, HoldPoint.AfterEffect, drawn, null))
        {
            return;
        }

        switch (drawn.OfType<OrgFault.DropAnswer>().FirstOrDefault())
        {
            case null:
                await answer.SendAsync(http);
                break;
            case { AfterHalf: true }:
                await answer.SendHalfAsync(http);
                break;
            default:
                http.Abort();
                break;
        }
    }

    /// <summary>Waits by the server's clock, but not past the request limit: Salesforce stops a call there and answers.</summary>
    private async Task DelayAsync(TimeSpan delay, long? acceptedAt)
    {
        if (acceptedAt is { } at && limits.Request - clock.GetElapsedTime(at) is var left && left < delay)
        {
            delay = left;
        }

        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, clock, stopping);
        }
    }

    /// <summary>A locked row makes the call wait; what is still locked after that fails record by record, in the org model.</summary>
    private async Task WaitForLocksAsync(Func<bool>? locked, long acceptedAt)
    {
        var waitedFrom = clock.GetTimestamp();
        while (locked?.Invoke() == true && clock.GetElapsedTime(waitedFrom) < limits.LockWait)
        {
            await DelayAsync(LockPoll, acceptedAt);
            if (clock.GetElapsedTime(acceptedAt) >= limits.Request)
            {
                return;
            }
        }
    }

    private async Task HangAsync(HttpContext http)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Abort();
    }
}
