namespace Nacre.Sftp;

/// <summary>What was being done when the copy of a file failed.</summary>
public enum TransferStep
{
    /// <summary>Asking what the source is.</summary>
    Stat,

    /// <summary>Opening the source.</summary>
    OpenSource,

    /// <summary>Opening or making the target.</summary>
    OpenTarget,

    /// <summary>Reading the source.</summary>
    Read,

    /// <summary>Writing the target.</summary>
    Write,

    /// <summary>Listing a directory.</summary>
    List,

    /// <summary>Making a directory.</summary>
    MakeDirectory,

    /// <summary>Setting times, permissions or the size of the target.</summary>
    SetAttributes,

    /// <summary>Closing the target, which may tell of an earlier error.</summary>
    Close,

    /// <summary>Giving the target its name.</summary>
    Rename,

    /// <summary>Comparing what is there of an earlier copy.</summary>
    Verify,

    /// <summary>The directory lies deeper than is entered.</summary>
    TooDeep,

    /// <summary>The source is neither a file nor a directory that may be copied.</summary>
    NotRegular,

    /// <summary>The name leads, or could lead, outside the target.</summary>
    UnsafeName,
}
