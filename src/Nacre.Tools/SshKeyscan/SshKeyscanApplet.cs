using Nacre.Tools.FileTransfer;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.SshKeyscan;

/// <summary>The program ssh-keyscan: gathers the host keys of many machines.</summary>
internal static class SshKeyscanApplet
{
    public static int Run(string[] arguments)
    {
        try
        {
            KeyscanSettings settings = KeyscanSettings.Parse(arguments);
            var scan = new HostKeyScan(settings, new ErrorTrace(settings.Level, Console.Error), Console.Out);
            return scan.RunAsync(TargetsAsync(settings)).GetAwaiter().GetResult() ? 0 : 1;
        }
        catch (UsageException wrong)
        {
            SshKeyscanFlags.Table.Explain(wrong, Console.Error);
            return 1;
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
    }

    // Line by line, for a file may name more machines than there is memory for.
    private static async IAsyncEnumerable<ScanTarget> TargetsAsync(KeyscanSettings settings)
    {
        foreach (string file in settings.Files)
        {
            using StreamReader lines = Open(file);
            while (await ReadAsync(lines, file).ConfigureAwait(false) is { } line)
            {
                foreach (ScanTarget target in ScanTarget.Of(line)) yield return target;
            }
        }

        foreach (ScanTarget target in settings.Hosts.SelectMany(ScanTarget.Of)) yield return target;
    }

    private static StreamReader Open(string file)
    {
        try
        {
            return file == "-" ? new StreamReader(InheritedStream.OpenInput()) : new StreamReader(file);
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            throw Unreadable(error, file);
        }
    }

    private static async Task<string?> ReadAsync(StreamReader lines, string file)
    {
        try
        {
            return await lines.ReadLineAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            throw Unreadable(error, file);
        }
    }

    private static FatalException Unreadable(Exception error, string file) => new($"ssh-keyscan: {file}: {LocalFault.Describe(error, file)}");
}
