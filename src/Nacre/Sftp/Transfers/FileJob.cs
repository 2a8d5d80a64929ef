using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Transfers;

/// <summary>One file on its way.</summary>
/// <param name="source">Where it is.</param>
/// <param name="target">Where the copy goes.</param>
/// <param name="attributes">What the source is like: a regular file.</param>
/// <param name="directory">The directory that it was found in; the roof when the user named it.</param>
internal sealed class FileJob(string source, string target, SftpAttributes attributes, TransferDirectory directory)
{
    public string Source => source;

    public string Target { get; } = target;

    public SftpAttributes Attributes => attributes;

    public TransferDirectory Directory => directory;

    /// <summary>True when a listing named it, so that nothing but a regular file may be written to.</summary>
    public bool IsListed => directory.Above is not null;

    /// <summary>True when the target may be there already: not in a directory that this transfer made.</summary>
    public bool MayBeThere => !IsListed || !directory.IsFresh;

    /// <summary>The bytes of the target that are written over, as it may be the source itself; 0 for any other.</summary>
    public long Overwritten { get; private set; }

    /// <summary>Looks at what is at the target: the source itself has the same size and was changed at the same time.</summary>
    public void Compare(SftpAttributes there)
    {
        bool mayBeSource = there.IsRegularFile && there.Size == attributes.Size && (there.ModificationTime ?? 0) == (attributes.ModificationTime ?? 0);
        Overwritten = mayBeSource ? Size ?? 0 : 0;
    }

    /// <summary>The size that the source is said to have; null where it is said to be empty, which the files of /proc are, or where nothing is said.</summary>
    public long? Size { get; } = attributes.Size is > 0 and <= long.MaxValue and { } size ? (long)size : null;

    /// <summary>What is being done.</summary>
    public TransferStep Step { get; set; } = TransferStep.OpenSource;

    /// <summary>The bytes of the target that are there.</summary>
    public long Done { get; set; }

    /// <summary>Those of them that <see cref="TransferTally"/> has counted.</summary>
    public long Counted { get; set; }

    /// <summary>Those of them that were there before.</summary>
    public long Found { get; set; }

    /// <summary>Bytes that <see cref="Flight"/> counts as yet to be asked for.</summary>
    public long Backlog { get; set; }

    /// <summary>The name that is written to: the target's, or a temporary one.</summary>
    public string Writing { get; set; } = target;

    /// <summary>True when the target has its name only at the end.</summary>
    public bool IsTemporary => !ReferenceEquals(Writing, Target);
}
