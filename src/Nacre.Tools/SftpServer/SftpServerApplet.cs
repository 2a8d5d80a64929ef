using System.IO.Pipelines;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tools.SftpServer;

/// <summary>The program sftp-server: serves one SFTP session on standard input and output, as the user that it runs as.</summary>
internal static class SftpServerApplet
{
    private static readonly FlagTable Flags = new(
        "sftp-server",
        [new Synopsis("", "ehRdu")],
        new Flag('e', null, "Log to standard error."),
        new Flag('h', null, "Print the usage and exit."),
        new Flag('R', null, "Refuse whatever changes anything."),
        new Flag('d', "start_directory", "Start here and not in the home directory."),
        new Flag('u', "umask", "The umask, in octal."));

    public static int Run(string[] arguments)
    {
        bool isReadOnly = false;
        string start = Environment.CurrentDirectory;
        Action<SftpLogLevel, string>? log = null;
        try
        {
            // Operands are passed over, as OpenSSH's server does: scp -D gives it those that ssh would have.
            var reader = new FlagReader(Flags, arguments);
            while (reader.TryRead(out FlagUse use))
            {
                switch (use.Letter)
                {
                    case 'e': log = static (_, line) => Console.Error.WriteLine(line); break;
                    case 'R': isReadOnly = true; break;
                    case 'd': start = StartDirectory(use.Value); break;
                    case 'u': _ = Prctl.SetFileModeMask(MaskOf(use.Value)); break;
                    default: throw new UsageException("");
                }
            }
        }
        catch (UsageException wrong)
        {
            Flags.Explain(wrong, Console.Error);
            return 1;
        }

        return ServeAsync(new Nacre.Sftp.SftpServer(new LocalFileSystem(start), new SftpServerOptions { IsReadOnly = isReadOnly, Log = log, LogLevel = SftpLogLevel.Info })).GetAwaiter().GetResult();
    }

    private static string StartDirectory(string text)
    {
        UserAccount? account = Users.Current;
        return text.Replace("%d", account?.Home ?? "/", StringComparison.Ordinal).Replace("%u", account?.Name ?? "", StringComparison.Ordinal);
    }

    private static uint MaskOf(string octal)
    {
        bool isMask = octal.Length is > 0 and <= 4 && !octal.AsSpan().ContainsAnyExceptInRange('0', '7');
        return isMask ? Convert.ToUInt32(octal, 8) & 0x1ff : throw new UsageException($"Invalid umask \"{octal}\"");
    }

    private static async Task<int> ServeAsync(Nacre.Sftp.SftpServer server)
    {
        const int inputBlock = 256 * 1024;
        PipeReader input = PipeReader.Create(InheritedStream.OpenInput(), new StreamPipeReaderOptions(bufferSize: inputBlock));
        PipeWriter output = PipeWriter.Create(InheritedStream.OpenOutput());
        try
        {
            await server.RunAsync(input, output).ConfigureAwait(false);
            return 0;
        }
        catch (Exception error) when (error is SshException or IOException or UnixException)
        {
            await Console.Error.WriteLineAsync($"sftp-server: {error.Message}").ConfigureAwait(false);
            return 255;
        }
    }
}
