using ActorSync.Domain.Submissions;

namespace ActorSync.Configuration;

/// <summary>How writes ready for Salesforce are batched, sent and retried.</summary>
internal sealed record CoordinatorConfig
{
    /// <summary>In which order writes of different records leave.</summary>
    public required WriteOrder Order { get; init; }

    /// <summary>Most records of one SOAP call, 1 to 200 (Salesforce refuses more).</summary>
    public required int SoapRowsMax { get; init; }

    /// <summary>How long a write waits for company while another submission is out; a write leaves at once when nothing is in flight.</summary>
    public required TimeSpan Linger { get; init; }

    /// <summary>Most submissions out at a time, 1 to 25.</summary>
    public required int SubmissionsMax { get; init; }

    /// <summary>Most offered writes held in memory; the rest waits on disk.</summary>
    public required int ReadyWritesMax { get; init; }

    /// <summary>Most writes that wait for Salesforce before capture waits too; at least <see cref="ReadyWritesMax"/>.</summary>
    public required int OffersMax { get; init; }

    public required BulkConfig Bulk { get; init; }

    public required RetryConfig Retry { get; init; }
}

/// <summary>Jobs of Bulk API 2.0. Always <c>RowsMin &lt;= RowsMax</c> and <c>PollInterval &lt;= PollIntervalMax</c>.</summary>
internal sealed record BulkConfig
{
    /// <summary>Writes of one object and operation that are ready, from which on they leave as jobs; 1 to 10,000.</summary>
    public required int RowsMin { get; init; }

    /// <summary>Most records of one job, 1 to 10,000.</summary>
    public required int RowsMax { get; init; }

    /// <summary>Most jobs out at a time, 0 to 25; 0: none, everything goes by SOAP.</summary>
    public required int JobsMax { get; init; }

    /// <summary>How long a job that is not full waits for company.</summary>
    public required TimeSpan Linger { get; init; }

    /// <summary>Time between the first questions about a job; it doubles from one to the next.</summary>
    public required TimeSpan PollInterval { get; init; }

    /// <summary>The time between questions grows no further than this.</summary>
    public required TimeSpan PollIntervalMax { get; init; }
}

/// <summary>Retries of rejections known to be transient (row locks, limits), under new submission ids. Always <c>Delay &lt;= DelayMax</c>.</summary>
internal sealed record RetryConfig
{
    /// <summary>Most attempts including the first, 1 to 100.</summary>
    public required int AttemptsMax { get; init; }

    /// <summary>Delay before the second attempt; it doubles from attempt to attempt.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>The delay grows no further than this.</summary>
    public required TimeSpan DelayMax { get; init; }
}
