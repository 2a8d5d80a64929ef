using System.Runtime.CompilerServices;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Scp;

/// <summary>The program scp: copies files between machines over SFTP.</summary>
internal static class ScpApplet
{
    public static int Run(string[] arguments)
    {
        ScpSettings settings;
        try
        {
            settings = ScpSettings.Parse(arguments);
        }
        catch (UsageException wrong)
        {
            ScpFlags.Table.Explain(wrong.Message.Length > 0 ? new UsageException($"scp: {wrong.Message}") : wrong, Console.Error);
            return 1;
        }

        var reporter = new Reporter(Console.Out, Console.Error, "scp: ") { IsQuiet = settings.IsQuiet, ShowsProgress = !settings.IsQuiet && Descriptors.IsTerminal(1) };
        try
        {
            return RunAsync(settings, reporter).GetAwaiter().GetResult() ? 0 : 1;
        }
        catch (FatalException fatal)
        {
            foreach (string line in fatal.Message.Split('\n')) reporter.Fail(line);
            return fatal.Status;
        }
        catch (SshException error)
        {
            reporter.Fail(error is SshViolationException ? error.Message : "Connection closed");
            return SftpConnection.FailureStatus;
        }
    }

    private static async Task<bool> RunAsync(ScpSettings settings, Reporter reporter)
    {
        var copy = new ScpCopy(settings, reporter);
        await using ConfiguredAsyncDisposable closing = copy.ConfigureAwait(false);
        return await copy.RunAsync().ConfigureAwait(false);
    }
}
