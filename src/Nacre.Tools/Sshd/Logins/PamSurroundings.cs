using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>How a process that lives within PAM's session for its user learns of it: by the environment that it was started with.</summary>
/// <remarks>
/// The modules' variables have a form that means nothing to this process itself, which may still be root. Whoever started it is the
/// monitor, by way of the keeper, and nobody else can set its environment.
/// </remarks>
internal sealed class PamSurroundings
{
    private const string State = "NACRE_PAM_SESSION";
    private const string Told = "NACRE_PAM_MESSAGES";
    private const string Open = "open";
    private const string Refused = "refused";

    private PamSurroundings(CStrings own)
    {
        IsOpen = own.Find(State) == Open;
        IsRefused = own.Find(State) == Refused;
        Messages = own.Find(Told) ?? "";
        Variables = LaunchPlan.Unveil(own);
    }

    /// <summary>True where the session is open.</summary>
    public bool IsOpen { get; }

    /// <summary>True where PAM would not open it: the user is to get no program.</summary>
    public bool IsRefused { get; }

    /// <summary>What modules have to tell the user.</summary>
    public string Messages { get; private set; }

    /// <summary>The variables that modules set for the user's programs.</summary>
    public CStrings Variables { get; }

    /// <summary>What this process was started with.</summary>
    public static PamSurroundings Own() => new(CStrings.OwnEnvironment());

    /// <summary>The environment for a process that is to live within a session, or without one that was refused.</summary>
    public static CStrings For(KeptSession session)
    {
        CStrings environment = CStrings.OwnEnvironment();
        environment.Set(State, session.Fault is null ? Open : Refused);
        environment.Set(Told, session.Messages);
        CStrings veiled = LaunchPlan.Veil(session.Environment);
        for (int i = 0; i < veiled.Count; i++) environment.Add(veiled[i]);
        return environment;
    }

    /// <summary>Gives the sessions of a connection what is here; what modules have to tell is told once.</summary>
    public void Fill(UserLogin login)
    {
        if (!IsOpen && !IsRefused) return;
        (login.IsSessionOpen, login.PamVariables) = (IsOpen, Variables);
        if (IsRefused) login.Refusal = Messages;
        else login.Say(Messages);
        Messages = "";
    }
}
