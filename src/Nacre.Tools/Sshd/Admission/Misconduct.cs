using Nacre.Config.Values;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>In which way a client left without having logged in: what PerSourcePenalties has a time for.</summary>
internal enum Misconduct
{
    /// <summary>It went away without an attempt to log in.</summary>
    NoAuthentication,

    /// <summary>It went away after attempts that did not let it in.</summary>
    FailedAuthentication,

    /// <summary>It named a user who is not there.</summary>
    InvalidUser,

    /// <summary>It took longer than LoginGraceTime.</summary>
    GraceExceeded,

    /// <summary>RefuseConnection is set for it.</summary>
    Refused,

    /// <summary>What it sent made the server fail.</summary>
    Crash,
}

/// <summary>The time that each misconduct costs, and OpenSSH's words for it.</summary>
internal static class Misconducts
{
    public static TimeSpan PenaltyFor(this SourcePenalties penalties, Misconduct misconduct) => (misconduct switch
    {
        Misconduct.Crash => penalties.Crash,
        Misconduct.FailedAuthentication => penalties.AuthFail,
        Misconduct.InvalidUser => penalties.InvalidUser,
        Misconduct.GraceExceeded => penalties.GraceExceeded,
        Misconduct.Refused => penalties.RefuseConnection,
        _ => penalties.NoAuth,
    }).GetValueOrDefault();

    public static string Reason(this Misconduct misconduct) => misconduct switch
    {
        Misconduct.Crash => "penalty: caused crash",
        Misconduct.FailedAuthentication => "penalty: failed authentication",
        Misconduct.InvalidUser => "penalty: attempted authentication by invalid user",
        Misconduct.GraceExceeded => "penalty: exceeded LoginGraceTime",
        Misconduct.Refused => "penalty: connection prohibited by RefuseConnection",
        _ => "penalty: connections without attempting authentication",
    };
}
