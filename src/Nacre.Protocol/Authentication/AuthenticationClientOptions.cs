using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>What the client has to log in with, and how it goes about it; each method works when its policy is there.</summary>
internal sealed class AuthenticationClientOptions
{
    /// <summary>The methods in the order in which they are tried unless somebody prefers another.</summary>
    public static IReadOnlyList<string> DefaultMethods { get; } = [MethodName.Hostbased, MethodName.PublicKey, MethodName.KeyboardInteractive, MethodName.Password];

    /// <summary>Who to log in as; UTF-8 on the wire.</summary>
    public required string UserName { get; init; }

    /// <summary>The keys to try, in order.</summary>
    public IReadOnlyList<IIdentity> Identities { get; init; } = [];

    /// <summary>Finds out which machine this is and whose account; asked once, when hostbased is tried first. Null where it is not to be tried.</summary>
    public Func<CancellationToken, ValueTask<HostbasedIdentity?>>? Hostbased { get; init; }

    /// <summary>HostbasedAcceptedAlgorithms, in the order of preference; null means every algorithm that a key has, which never includes ssh-rsa with SHA-1.</summary>
    public IReadOnlyList<string>? HostbasedAlgorithms { get; init; }

    public IPasswordSource? Passwords { get; init; }

    public IInteractivePrompter? Prompter { get; init; }

    public IBannerViewer? Banners { get; init; }

    /// <summary>PreferredAuthentications; a method that is not named is not used.</summary>
    public IReadOnlyList<string> PreferredMethods { get; init; } = DefaultMethods;

    /// <summary>PubkeyAcceptedAlgorithms; null means every algorithm that a key has, which never includes ssh-rsa with SHA-1.</summary>
    public IReadOnlyList<string>? SignatureAlgorithms { get; init; }

    /// <summary>Has keys sign for the server's host key too, where the server takes that; an agent may insist on it.</summary>
    public bool BindsToHost { get; init; } = true;

    /// <summary>NumberOfPasswordPrompts: how often each of password and keyboard-interactive is begun.</summary>
    public int PasswordPrompts { get; init; } = 3;

    /// <summary>KbdInteractiveDevices: what the server is asked to use for keyboard-interactive, with commas between; empty leaves it to the server.</summary>
    public string InteractiveDevices { get; init; } = "";

    /// <summary>Refuses a server that lets the client in without a signature, a password or an answer: one that may only pretend to have asked .</summary>
    public bool RefusesTrivialLogin { get; init; }

    /// <summary>RequiredRSASize: RSA keys of fewer bits are not offered.</summary>
    public int RequiredRsaBits { get; init; } = 2048;

    /// <summary>Hears what happens, in the words of OpenSSH's debug level 1.</summary>
    public ITrace Trace { get; init; } = NoTrace.Instance;

    /// <summary>Hears of each attempt's end; null where nobody wants to.</summary>
    public IStepObserver? Steps { get; init; }

    /// <summary>Hears of failures that do not end the login, such as a key that could not be opened.</summary>
    public Action<string>? Warn { get; init; }
}
