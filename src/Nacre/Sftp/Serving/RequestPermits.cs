namespace Nacre.Sftp.Serving;

/// <summary>Which requests one session may make, decided once from its options.</summary>
internal sealed class RequestPermits(SftpServerOptions options)
{
    private readonly bool _hasAllowed = options.AllowedRequests is not null;
    private readonly Verdict[] _verdicts = [.. RequestTable.All.Select(request => Judge(request, options))];

    private enum Verdict
    {
        Permitted,
        ReadOnly,
        Denied,
        NotAllowed,
    }

    /// <summary>True when a session that only shows must not make what it asks for.</summary>
    public bool IsReadOnly { get; } = options.IsReadOnly;

    /// <summary>Whether the session may make a request; the log hears why not.</summary>
    public bool Permits(int row, ServingLog log)
    {
        string name = RequestTable.All[row].Name;
        switch (_verdicts[row])
        {
            case Verdict.Permitted:
                if (_hasAllowed) log.Write(SftpLogLevel.Debug2, $"Permitting allowlisted {name} request");
                return true;
            case Verdict.ReadOnly:
                log.Write(SftpLogLevel.Verbose, $"Refusing {name} request in read-only mode");
                return false;
            case Verdict.Denied:
                log.Write(SftpLogLevel.Verbose, $"Refusing denylisted {name} request");
                return false;
            default:
                log.Write(SftpLogLevel.Verbose, $"Refusing non-allowlisted {name} request");
                return false;
        }
    }

    private static Verdict Judge(ServedRequest request, SftpServerOptions options)
    {
        if (options.IsReadOnly && request.Effect == RequestEffect.Changes) return Verdict.ReadOnly;
        if (options.DeniedRequests.Contains(request.Name)) return Verdict.Denied;
        return options.AllowedRequests?.Contains(request.Name) == false ? Verdict.NotAllowed : Verdict.Permitted;
    }
}
