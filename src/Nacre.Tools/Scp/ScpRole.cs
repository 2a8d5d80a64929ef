namespace Nacre.Tools.Scp;

/// <summary>Which end of a copy this scp is.</summary>
internal enum ScpRole
{
    /// <summary>The one that people start.</summary>
    User,

    /// <summary>Started by another scp to send files (-f).</summary>
    Source,

    /// <summary>Started by another scp to receive files (-t).</summary>
    Sink,
}
