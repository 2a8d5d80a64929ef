namespace Nacre.Tools.SshAdd;

/// <summary>What ssh-add is to do.</summary>
internal enum AgentAction
{
    Add,
    Remove,
    RemoveAll,
    ListFingerprints,
    ListKeys,
    ListExtensions,
    Lock,
    Unlock,
    Test,
    AddToken,
    RemoveToken,
    AddResident,
}
