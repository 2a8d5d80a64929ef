using System.Globalization;
using System.Text;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Ssh;

/// <summary>Lists the channels of a connection for people.</summary>
internal static class OpenChannels
{
    /// <summary>One line for each, with its end.</summary>
    public static string Describe(SshClient client)
    {
        var text = new StringBuilder("The following connections are open:\r\n");
        foreach (Channel channel in client.Multiplexer.Channels)
        {
            text.Append(CultureInfo.InvariantCulture, $"  #{channel.LocalId} {Printable.Escape(channel.Type)} (remote {channel.RemoteId}, window {channel.ReceiveWindowSize} in, {channel.SendWindow.Available} out)\r\n");
        }

        return text.ToString();
    }
}
