using System.Globalization;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>What the command line of sftp says.</summary>
internal sealed class SftpSettings
{
    private const long MostKilobits = 100 * 1024 * 1024;

    private bool _isQuiet, _isLoud;
    private RequestLimits _requests = new();

    private SftpSettings(string[] arguments) => Arguments = arguments;

    public SshCall Ssh { get; } = new();

    /// <summary>The command line itself.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The words of -D; null to connect.</summary>
    public string[]? ServerCommand { get; private set; }

    public Destination? Destination { get; private set; }

    /// <summary>The path at the other side that the destination names; empty for none.</summary>
    public string StartPath { get; private set; } = "";

    /// <summary>Where a file that the destination names goes; null for its own name.</summary>
    public string? LocalPath { get; private set; }

    /// <summary>The file of commands, "-" for standard input; null when a person types them.</summary>
    public string? BatchFile { get; private set; }

    /// <summary>How get and put copy. As with OpenSSH, links in a tree are passed over.</summary>
    public TransferOptions Transfers { get; private set; } = new() { FollowsLinks = false };

    public bool IsQuiet => _isQuiet && !_isLoud;

    /// <summary>No progress is shown, even where -N has the rest be told.</summary>
    public bool HidesProgress => _isQuiet;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    /// <exception cref="FatalException">A value is none that there can be.</exception>
    public static SftpSettings Parse(string[] arguments)
    {
        var settings = new SftpSettings(arguments);
        var reader = new FlagReader(SftpFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        settings.Transfers = settings.Transfers with { RequestBytes = settings._requests.Bytes, RequestsInFlight = settings._requests.Requests };
        string[] operands = [.. reader.Rest];
        if (settings.ServerCommand is not null) return settings;
        if (operands.Length is 0 or > 2) throw new UsageException("");
        settings.SetDestination(operands[0]);
        settings.LocalPath = operands.Length > 1 ? operands[1] : null;
        return settings;
    }

    private void SetDestination(string text)
    {
        string place = text;
        if (!text.StartsWith("sftp://", StringComparison.Ordinal) && RemotePlace.TrySplit(text, out string host, out string path)) (place, StartPath) = (host, path);
        if (!Destination.TryParse(RemotePlace.WithoutBrackets(place), out Destination? destination, out string error, "sftp")) throw new UsageException(error);
        Destination = destination;
        if (destination!.Path is { Length: > 0 } named) StartPath = named;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case '4' or '6' or 'A' or 'C' or 'v': Ssh.Add($"-{use.Letter}"); break;
            case 'F' or 'J' or 'c' or 'i' or 'o': Ssh.Add($"-{use.Letter}", use.Value); break;
            case 'B': _requests = _requests with { Bytes = NumberOf(use.Value, "buffer size") }; break;
            case 'D': ServerCommand = CommandOf(use.Value); break;
            case 'N': _isLoud = true; break;
            case 'P': Ssh.Port = PortOf(use.Value); break;
            case 'R': _requests = _requests with { Requests = NumberOf(use.Value, "number of requests") }; break;
            case 'S': Ssh.Program = use.Value; break;
            case 'X': _requests = _requests.With(use.Value); break;
            case 'a': Transfers = Transfers with { Resumes = true }; break;
            case 'b': SetBatch(use.Value); break;
            case 'f': Transfers = Transfers with { Syncs = true }; break;
            case 'l': Transfers = Transfers with { MaxBytesPerSecond = RateOf(use.Value) }; break;
            case 'p': Transfers = Transfers with { KeepsAttributes = true }; break;
            case 'q': _isQuiet = true; Ssh.Add("-q"); break;
            case 'r': Transfers = Transfers with { IsRecursive = true }; break;
            case 's': Ssh.Subsystem = use.Value; break;
        }
    }

    private void SetBatch(string file)
    {
        if (BatchFile is not null) throw new FatalException("Batch file already specified.");
        BatchFile = file;
        _isQuiet = true;
        Ssh.Add("-oBatchMode=yes");
    }

    private static string[] CommandOf(string command) => SftpWords.TrySplit(command, out IReadOnlyList<string> words, out string error) && words.Count > 0
        ? [.. words.Select(SftpWords.Literal)]
        : throw new FatalException(error.Length > 0 ? error : "No sftp server specified via -D");

    private static int NumberOf(string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw new FatalException($"Invalid {what} \"{text}\"");

    private static string PortOf(string text) =>
        PortNumber.TryParse(text, out int port) && port > 0 ? port.ToString(CultureInfo.InvariantCulture) : throw new FatalException($"Bad port \"{text}\"");

    private static long RateOf(string text) =>
        StrictNumber.Read(text, MostKilobits, out long kilobits).Length == 0 ? kilobits * 1024 / 8 : throw new UsageException("");
}
