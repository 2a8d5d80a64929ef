using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>What is said about one host key, in OpenSSH's words, which people and scripts know.</summary>
internal sealed class HostKeyTexts(KnownHostsOptions options, PublicKey key, string name, string? address)
{
    public const string AskAgain = "Please type 'yes' or 'no': ";

    public const string AskAgainWithFingerprint = "Please type 'yes', 'no' or the fingerprint: ";

    public const string UpdateDns = "Update the SSHFP RR in DNS with the new host key to get rid of this message.";

    public const string Exiting = "Exiting, you have requested strict checking.";

    public const string EndedForWithheld = "Error: forwarding disabled due to host key check failure";

    private const string NoAddress = "<no hostip for proxy command>";

    private const string Line = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

    /// <summary>More names than this are only counted.</summary>
    private const int MaxOtherNames = 8;

    private readonly string _name = Printable.Escape(name);

    private readonly string _address = Printable.Escape(address ?? NoAddress);

    public string Fingerprint { get; } = key.FingerprintBy(options.FingerprintHash);

    public string NotAdded => $"Failed to add the host to the list of known hosts ({UserFile}).";

    public string AddressAdded => $"Warning: Permanently added the {key.ShortType} host key for IP address '{_address}' to the list of known hosts.";

    public string AddressNotAdded => $"Failed to add the {key.ShortType} host key for IP address '{_address}' to the list of known hosts ({UserFile}).";

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

    public string RevokedBy(string file) => $"Host key {key.ShortType} {Fingerprint} revoked by file {Printable.Escape(file)}";

    private string Alarm => $"""
        {Line}
        @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
        {Line}
        IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
        Someone could be eavesdropping on you right now (man-in-the-middle attack)!
        It is also possible that a host key has just been changed.
        The fingerprint for the {key.ShortType} key sent by the remote host is
        {Fingerprint}.
        Please contact your system administrator.

        """;

    public string NotInDns => Alarm + UpdateDns;

    /// <param name="isWithAddress">True when the line is for the address, too.</param>
    public string Added(bool isWithAddress) =>
        $"Warning: Permanently added '{(isWithAddress ? $"{_name},{_address}" : _name)}' ({key.ShortType}) to the list of known hosts.";

    public string Changed(KnownHostsEntry offending) => ($"""
        {Alarm}Add correct host key in {UserFile} to get rid of this message.
        Offending {offending.Key.ShortType} key in {Place(offending)}
          remove with:
          ssh-keygen -f "{Printable.Escape(offending.File)}" -R "{_name}"

        """ + (options.Strict == StrictHostKeyChecking.No
            ? string.Join('\n', options.Withheld.Select(what => $"{what} is disabled to avoid man-in-the-middle attacks."))
            : $"Host key for {_name} has changed and you have requested strict checking.")).TrimEnd('\n');

    /// <summary>Goes before <see cref="Changed"/> when the address tells another story than the name.</summary>
    public string Spoofed(KnownHostsFinding byAddress)
    {
        string what = byAddress.Status switch
        {
            KnownHostsStatus.New => "is unknown",
            KnownHostsStatus.Known => "is unchanged",
            _ => "has a different value",
        };
        string text = $"""
            {Line}
            @       WARNING: POSSIBLE DNS SPOOFING DETECTED!          @
            {Line}
            The {key.ShortType} host key for {_name} has changed,
            and the key for the corresponding IP address {_address}
            {what}. This could either mean that
            DNS SPOOFING is happening or the IP address for the host
            and its host key have changed at the same time.
            """;
        return byAddress.Line is not { } offending ? text : $"""
            {text}
            Offending key for IP in {Place(offending)}
              remove with:
              ssh-keygen -f "{Printable.Escape(offending.File)}" -R "{_address}"
            """;
    }

    public string AddressDiffers(KnownHostsEntry offending, KnownHostsEntry? matching)
    {
        string text = $"Warning: the {key.ShortType} host key for '{_name}' differs from the key for the IP address '{_address}'\nOffending key for IP in {Place(offending)}";
        return matching is null ? text : $"{text}\nMatching host key in {Place(matching)}";
    }

    /// <param name="known">Where the key may be known by other names.</param>
    /// <param name="isInDns">Whether the DNS has the key's fingerprint; null when it was not asked.</param>
    public string Question(KnownHosts known, bool? isInDns)
    {
        var text = new StringBuilder($"The authenticity of host '{_name} ({_address})' can't be established.\n");
        text.Append(key.ShortType).Append(" key fingerprint is ").Append(Fingerprint).Append(".\n");
        if (options.ShowsDrawing) text.Append(RandomArt.Draw(key, options.FingerprintHash)).Append('\n');
        if (isInDns is { } isThere) text.Append(isThere ? "Matching" : "No matching").Append(" host key fingerprint found in DNS.\n");
        AppendOtherNames(text, known);
        return text.Append("Are you sure you want to continue connecting (yes/no/[fingerprint])? ").ToString();
    }

    private static string Place(KnownHostsEntry line) => $"{Printable.Escape(line.File)}:{line.Line}";

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
