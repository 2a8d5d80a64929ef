using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>What is said about one host key, in OpenSSH's words, which people and scripts know.</summary>
internal sealed class HostKeyTexts(KnownHostsOptions options, PublicKey key, string name, int port)
{
    public const string AskAgain = "Please type 'yes', 'no' or the fingerprint: ";

    private const string Line = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

    /// <summary>More names than this are only counted.</summary>
    private const int MaxOtherNames = 8;

    private readonly string _name = Printable.Escape(name);

    public string Fingerprint { get; } = key.FingerprintBy(options.FingerprintHash);

    public string Added => $"Warning: Permanently added '{_name}' ({key.ShortType}) to the list of known hosts.";

    public string NotAdded => $"Failed to add the host to the list of known hosts ({UserFile}).";

    public string Unknown => $"No {key.ShortType} host key is known for {_name} and you have requested strict checking.";

    public string Drawing => $"Host key fingerprint is {Fingerprint}\n{RandomArt.Draw(key, options.FingerprintHash)}";

    public string Revoked => $"""
        {Line}
        @       WARNING: REVOKED HOST KEY DETECTED!               @
        {Line}
        The {key.ShortType} host key for {_name} is marked as revoked.
        This could mean that a stolen key is being used to
        impersonate this host.
        """;

    private string UserFile => options.UserFiles.Count > 0 ? Printable.Escape(options.UserFiles[0]) : "none";

    public string Changed(KnownHostsEntry offending)
    {
        string file = Printable.Escape(offending.File);
        string text = $"""
            {Line}
            @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
            {Line}
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
            Someone could be eavesdropping on you right now (man-in-the-middle attack)!
            It is also possible that a host key has just been changed.
            The fingerprint for the {key.ShortType} key sent by the remote host is
            {Fingerprint}.
            Please contact your system administrator.
            Add correct host key in {UserFile} to get rid of this message.
            Offending {offending.Key.ShortType} key in {file}:{offending.Line}
              remove with:
              ssh-keygen -f "{file}" -R "{_name}"

            """;
        return text + (options.Strict == StrictHostKeyChecking.No
            ? "Password authentication is disabled to avoid man-in-the-middle attacks.\n"
                + "Keyboard-interactive authentication is disabled to avoid man-in-the-middle attacks."
            : $"Host key for {_name} has changed and you have requested strict checking.");
    }

    public string Question(string? address, KnownHosts known)
    {
        string shownAddress = address is null ? "<no hostip for proxy command>" : KnownHostName.Of(address, port);
        var text = new StringBuilder($"The authenticity of host '{_name} ({shownAddress})' can't be established.\n");
        text.Append(key.ShortType).Append(" key fingerprint is ").Append(Fingerprint).Append(".\n");
        if (options.ShowsDrawing) text.Append(RandomArt.Draw(key, options.FingerprintHash)).Append('\n');
        AppendOtherNames(text, known);
        return text.Append("Are you sure you want to continue connecting (yes/no/[fingerprint])? ").ToString();
    }

    private void AppendOtherNames(StringBuilder text, KnownHosts known)
    {
        KnownHostsEntry[] others = [.. known.FindByKey(key)];
        if (others.Length == 0)
        {
            text.Append("This key is not known by any other names.\n");
            return;
        }

        text.Append("This host key is known by the following other names/addresses:\n");
        foreach (KnownHostsEntry entry in others.Take(MaxOtherNames))
        {
            string shown = entry.IsHashed ? "[hashed name]" : Printable.Escape(entry.Names);
            text.Append("    ").Append(Printable.Escape(entry.File)).Append(':').Append(entry.Line).Append(": ").Append(shown).Append('\n');
        }

        if (others.Length > MaxOtherNames) text.Append("    (").Append(others.Length - MaxOtherNames).Append(" additional names omitted)\n");
    }
}
