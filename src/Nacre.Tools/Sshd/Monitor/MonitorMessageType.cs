namespace Nacre.Tools.Sshd.Monitor;

/// <summary>What the monitor and its processes say to each other: to a process first, then to the monitor.</summary>
internal enum MonitorMessageType : byte
{
    Begin = 1,
    Config = 2,
    Connect = 3,
    Adopt = 4,
    Signature = 5,
    Rules = 6,
    Verdict = 7,
    Question = 8,
    Drop = 9,
    Recorded = 10,
    Terminal = 11,
    NoTerminal = 12,
    Keeper = 13,

    Ready = 32,
    Log = 33,
    Ended = 34,
    Sign = 35,
    Name = 36,
    None = 37,
    Password = 38,
    KeyQuery = 39,
    KeyProof = 40,
    Interactive = 41,
    Answers = 42,
    Abandon = 43,
    HandOver = 44,
    Failed = 45,
    Record = 46,
    OpenTerminal = 47,
}
