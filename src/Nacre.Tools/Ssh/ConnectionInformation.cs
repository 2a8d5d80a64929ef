using System.Globalization;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Transport;

namespace Nacre.Tools.Ssh;

/// <summary>Describes a connection that stands: how it is protected, for how long, and what went over it.</summary>
internal static class ConnectionInformation
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>The lines, each with its end; in the form that OpenSSH has for it.</summary>
    public static string Describe(SshClient client, ClientConfig config)
    {
        NegotiatedAlgorithms? agreed = client.Transport.Negotiated;
        var text = new System.Text.StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Connection information for {config.Hostname} pid {Environment.ProcessId}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"  connection to {config.User}@{config.Hostname} port {config.Port}, {client.ServerIdentification}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"  duration {client.Connection.Age:hh\\:mm\\:ss}\r\n");
        if (agreed is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"  kexalgorithm {agreed.KeyExchange.Name}\r\n  hostkeyalgorithm {agreed.HostKey.Name}\r\n");
            text.Append(CultureInfo.InvariantCulture, $"  cipher {Both(agreed, static way => way.Cipher.Name)}\r\n");
            text.Append(CultureInfo.InvariantCulture, $"  mac {Both(agreed, static way => way.Mac?.Name ?? "<implicit>")}\r\n");
            text.Append(CultureInfo.InvariantCulture, $"  compression {Both(agreed, static way => way.Compression.Name)}\r\n");
        }

        RekeyPolicy rekey = Rekeying.PolicyOf(config.RekeyLimit);
        text.Append(CultureInfo.InvariantCulture, $"  rekey {Size(rekey.Bytes)} {TimeSpan.FromSeconds(rekey.Seconds)}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"  traffic {Size(client.Connection.BytesReceived)} in, {Size(client.Connection.BytesSent)} out\r\n");
        return text.ToString();
    }

    private static string Both(NegotiatedAlgorithms agreed, Func<DirectionAlgorithms, string> name)
    {
        (string received, string sent) = (name(agreed.ServerToClient), name(agreed.ClientToServer));
        return received == sent ? sent : $"{received} in, {sent} out";
    }

    private static string Size(long bytes)
    {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < Units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : FormattableString.Invariant($"{amount:F1} {Units[unit]}");
    }
}
