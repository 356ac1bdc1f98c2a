using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce;

/// <summary>A whole call failed. Errors of single records are not thrown but returned with their row.</summary>
public sealed class SalesforceException : Exception
{
    /// <summary>Describes the failed operation in one line without secrets.</summary>
    public SalesforceException(SyncFault fault, string operation, Exception? inner = null)
        : base(Describe(fault, operation), inner)
    {
        Fault = fault;
        Operation = operation;
    }

    /// <summary>What happened, and with it the next step.</summary>
    public SyncFault Fault { get; }

    /// <summary>What was being done, for a person: <c>upsert 200 Account</c>.</summary>
    public string Operation { get; }

    private static string Describe(SyncFault fault, string operation)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault is SyncFault.Misconfigured { WhatToDo: { Length: > 0 } toDo }
            ? $"{operation}: {fault.ToString().TrimEnd('.')}. {toDo}"
            : $"{operation}: {fault}";
    }
}
