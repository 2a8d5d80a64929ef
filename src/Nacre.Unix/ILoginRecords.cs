namespace Nacre.Unix;

/// <summary>Where logins at terminals are recorded: in the machine's files, or by whoever may write them.</summary>
internal interface ILoginRecords
{
    /// <summary>When a user logged in last; null when they never did.</summary>
    LastLogin? FindLast(uint uid);

    /// <summary>Writes that somebody has logged in at a terminal, and when, for their next login. What they run once it is done finds them there.</summary>
    ValueTask LogInAsync(LoginRecord login, uint uid, CancellationToken ct);

    /// <summary>Writes the process that the login has, once it is known.</summary>
    void SetProcess(LoginRecord login);

    /// <summary>Writes that the login is over.</summary>
    void LogOut(LoginRecord login);
}
