namespace Nacre.Sftp.Serving;

/// <summary>What a request does to the files, from which follows whether a session that only shows may make it (P-SFTP-10).</summary>
internal enum RequestEffect
{
    /// <summary>Nothing.</summary>
    Shows,

    /// <summary>It changes something.</summary>
    Changes,

    /// <summary>It depends on the request's flags, which the request's own code looks at.</summary>
    ByFlags,
}
