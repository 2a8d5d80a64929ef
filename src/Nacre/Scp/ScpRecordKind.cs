namespace Nacre.Scp;

/// <summary>What a control record of scp announces.</summary>
internal enum ScpRecordKind
{
    /// <summary>A file (C): its bytes follow once the sink agrees.</summary>
    File,

    /// <summary>A directory (D): all until its end goes into it.</summary>
    Directory,

    /// <summary>The end of a directory (E).</summary>
    End,

    /// <summary>The times of the file or directory that comes next (T).</summary>
    Times,
}
