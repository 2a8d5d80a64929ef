using Nacre.Protocol.Wire;
using Nacre.Scp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Scp;

/// <summary>The program scp: copies files between machines over SFTP, or by the old protocol that has its name.</summary>
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
        catch (FatalException fatal)
        {
            Console.Error.WriteLine($"scp: {fatal.Message}");
            return fatal.Status;
        }

        bool showsProgress = !settings.IsQuiet && Descriptors.IsTerminal(1);
        var reporter = new Reporter(Console.Out, Console.Error, "scp: ") { IsQuiet = settings.IsQuiet, ShowsProgress = showsProgress };
        var plain = new Reporter(Console.Out, Console.Error) { IsQuiet = settings.IsQuiet, ShowsProgress = showsProgress };
        using var interrupt = settings.Role == ScpRole.User ? new InterruptWatch(endsAtSecond: true) : null;
        try
        {
            Task<bool> work = interrupt is null ? ScpRemote.RunAsync(settings, plain) : new ScpCommand(settings, reporter, plain).RunAsync(interrupt.Token);
            return work.GetAwaiter().GetResult() ? 0 : 1;
        }
        catch (FatalException fatal)
        {
            foreach (string line in fatal.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries)) reporter.Fail(line);
            return fatal.Status;
        }
        catch (OperationCanceledException)
        {
            reporter.Fail("Interrupted");
            return 1;
        }
        catch (ScpException broken)
        {
            plain.Fail(broken.Message);
            return 1;
        }
        catch (SshException error)
        {
            reporter.Fail(error is SshViolationException ? error.Message : "Connection closed");
            return SftpConnection.FailureStatus;
        }
    }
}
