using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Requests;

/// <summary>The first two messages of a session, INIT and VERSION, from the client's side.</summary>
internal static class SessionStart
{
    /// <summary>Begins; returns the extensions that the server offers, with their versions.</summary>
    /// <exception cref="SshException">The other side speaks no SFTP that we do.</exception>
    public static async Task<Dictionary<string, string>> BeginAsync(PipeReader input, PipeWriter output, CancellationToken ct)
    {
        WriteInit(output);
        await output.FlushAsync(ct).ConfigureAwait(false);
        while (true)
        {
            ReadResult read = await input.ReadAsync(ct).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = read.Buffer;
            if (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message))
            {
                Dictionary<string, string> extensions = ReadVersion(message.ToArray());
                input.AdvanceTo(rest.Start);
                return extensions;
            }

            input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) throw new SftpException(SftpStatusCode.NoConnection, "The connection ended before SFTP began: the server may offer no sftp subsystem.");
        }
    }

    private static void WriteInit(PipeWriter output)
    {
        var init = new SftpInit { Version = SftpLimits.Version };
        SftpFrames.Write(output, ref init);
    }

    private static Dictionary<string, string> ReadVersion(byte[] message)
    {
        if (message[0] != (byte)SftpMessageType.Version) throw new SshException("The server's first SFTP message is no VERSION; a login script that prints something may be the cause.");
        SftpVersion version = Message.ReadRecord<SftpVersion>(message.AsSpan(1));
        if (version.Version < SftpLimits.Version) throw new SshException($"The server speaks SFTP version {version.Version}; version 3 is the oldest that is understood.");
        var extensions = new Dictionary<string, string>();
        var reader = new FieldReader(version.Extensions);
        while (reader.Remaining > 0)
        {
            var pair = default(SftpExtensionPair);
            SftpExtensionPair.Fields(ref reader, ref pair);
            extensions[Encoding.ASCII.GetString(pair.Name)] = Encoding.ASCII.GetString(pair.Value);
        }

        return extensions;
    }
}
