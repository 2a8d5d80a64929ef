using System.Net;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>The place of one client among those who are not logged in, with what is to be held against it when it leaves as one of them.</summary>
/// <remarks>Given back once: by the login, or by the end of the connection. Whatever is said of it after that counts for nothing.</remarks>
internal sealed class Startup : IDisposable
{
    private readonly Doorkeeper _doorkeeper;

    public Startup(Doorkeeper doorkeeper, IPAddress address, Source source, TimeSpan since, TimeSpan grace) =>
        (_doorkeeper, Address, Source, Since, Grace) = (doorkeeper, address, source, since, grace);

    public IPAddress Address { get; }

    public Source Source { get; }

    /// <summary>When it was given.</summary>
    public TimeSpan Since { get; }

    /// <summary>How long it may be kept; zero for no limit.</summary>
    public TimeSpan Grace { get; }

    /// <summary>True once the client has tried to log in.</summary>
    public bool HasTried { get; private set; }

    /// <summary>True once the client has named a user who is not there.</summary>
    public bool NamedNobody { get; private set; }

    /// <summary>True once the client was told that it is not wanted.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>True once the server failed over what the client sent.</summary>
    public bool HasCrashed { get; private set; }

    /// <summary>True once the server could not do its part: then nothing is held against the client.</summary>
    public bool IsExcused { get; private set; }

    /// <summary>The client named a user.</summary>
    public void OnNamed(bool exists) => NamedNobody = !exists;

    /// <summary>The client tried to log in.</summary>
    public void OnTried() => HasTried = true;

    /// <summary>The configuration refuses the client.</summary>
    public void OnRefused() => IsRefused = true;

    /// <summary>The server failed over what the client sent.</summary>
    public void OnCrashed() => HasCrashed = true;

    /// <summary>The server cannot do its part.</summary>
    public void Excuse() => IsExcused = true;

    /// <summary>The client has logged in.</summary>
    public void LogIn() => _doorkeeper.Leave(this, isLoggedIn: true);

    /// <summary>The connection has ended.</summary>
    public void Dispose() => _doorkeeper.Leave(this, isLoggedIn: false);
}
