namespace Nacre.Tools.Sshd.Monitor;

/// <summary>How far a connection at the gate has come, by what the monitor itself has seen.</summary>
/// <remarks>
/// <code>
/// Exchanging --Sign--> Naming --Name--> Trying --attempt--> Deciding --verdict--> Trying | Granted
///                                       Deciding --question--> Asking --Answers, Abandon--> Deciding
///                                       Granted --HandOver--> Over
/// </code>
/// </remarks>
internal enum LoginPhase
{
    Exchanging,
    Naming,
    Trying,
    Deciding,
    Asking,
    Granted,
    Over,
}

/// <summary>Which requests the monitor answers in which phase; any other ends the gate, for it is no longer ours.</summary>
internal static class LoginPhases
{
    public static bool Allows(LoginPhase phase, MonitorMessageType request) => request switch
    {
        MonitorMessageType.Ended => true,

        // Clients may ask for new keys from the first ones on, but while an attempt is judged nobody reads what they ask.
        MonitorMessageType.Sign => phase is LoginPhase.Exchanging or LoginPhase.Naming or LoginPhase.Trying or LoginPhase.Asking,
        MonitorMessageType.Name => phase == LoginPhase.Naming,
        MonitorMessageType.None or MonitorMessageType.Password or MonitorMessageType.KeyQuery or MonitorMessageType.KeyProof
            or MonitorMessageType.Interactive or MonitorMessageType.Failed => phase == LoginPhase.Trying,
        MonitorMessageType.Answers or MonitorMessageType.Abandon => phase == LoginPhase.Asking,
        MonitorMessageType.HandOver => phase == LoginPhase.Granted,
        _ => false,
    };
}
