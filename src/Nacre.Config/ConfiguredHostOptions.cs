using Nacre.Agent;
using Nacre.Client;
using Nacre.Protocol.Authentication;

namespace Nacre.Config;

/// <summary>Which files a <see cref="ConfiguredHost"/> is read from, and who is asked where they leave a question.</summary>
public sealed record ConfiguredHostOptions
{
    /// <summary>The one file to read, or "none"; null for ~/.ssh/config and /etc/ssh/ssh_config.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Lines that come before any file, such as "Port=2222" (ssh -o).</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Says whether a host that is not known is the right one; without it such a host is refused, unless StrictHostKeyChecking says otherwise.</summary>
    public IHostKeyDialog? Dialog { get; init; }

    /// <summary>Unlocks identity files; without it locked ones serve only through an agent.</summary>
    public IPassphraseSource? Passphrases { get; init; }

    /// <summary>Opens the PKCS#11 library that PKCS11Provider names, by the path that is written there and without a PIN, once for each host that names it, and closes it as often; without it the keyword is passed over, with a note.</summary>
    public ITokenLibrary? Tokens { get; init; }

    /// <summary>Gives passwords, where PasswordAuthentication allows them.</summary>
    public IPasswordSource? Passwords { get; init; }

    /// <summary>Answers the server's prompts, where KbdInteractiveAuthentication allows them.</summary>
    public IInteractivePrompter? Prompter { get; init; }

    /// <summary>
    /// Runs the commands that the files name, by the user's shell as ssh does: ProxyCommand, Match exec and KnownHostsCommand; and ssh-keysign for
    /// HostbasedAuthentication. Unless it is set the library starts no program: Match exec is an error, and so is connecting by ProxyCommand; the others are passed over.
    /// </summary>
    public bool RunsCommands { get; init; }
}
