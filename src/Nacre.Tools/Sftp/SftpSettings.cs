using Nacre.Config;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>What the command line of sftp says.</summary>
internal sealed class SftpSettings
{
    private bool _isQuiet, _isLoud;

    private SftpSettings()
    {
    }

    public SshCall Ssh { get; } = new();

    /// <summary>The words of -D; null to connect.</summary>
    public string[]? ServerCommand { get; private set; }

    public Destination? Destination { get; private set; }

    /// <summary>The path at the other side that the destination names; empty for none.</summary>
    public string StartPath { get; private set; } = "";

    /// <summary>Where a file that the destination names goes; null for its own name.</summary>
    public string? LocalPath { get; private set; }

    /// <summary>The file of commands, "-" for standard input; null when a person types them.</summary>
    public string? BatchFile { get; private set; }

    public CopyOptions Copies { get; private set; } = new() { NamesDirectories = true };

    public bool IsQuiet => _isQuiet && !_isLoud;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static SftpSettings Parse(string[] arguments)
    {
        var settings = new SftpSettings();
        var reader = new FlagReader(SftpFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
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
            case '4' or '6' or 'C' or 'v': Ssh.Add($"-{use.Letter}"); break;
            case 'F' or 'c' or 'i' or 'o': Ssh.Add($"-{use.Letter}", use.Value); break;
            case 'D': ServerCommand = CommandOf(use.Value); break;
            case 'N': _isLoud = true; break;
            case 'P': Ssh.Port = use.Value; break;
            case 'S': Ssh.Program = use.Value; break;
            case 'b': SetBatch(use.Value); break;
            case 'f': Copies = Copies with { Syncs = true }; break;
            case 'p': Copies = Copies with { KeepsTimes = true }; break;
            case 'q': _isQuiet = true; Ssh.Add("-q"); break;
            case 'r': Copies = Copies with { IsRecursive = true }; break;
            case 's': Ssh.Subsystem = use.Value; break;
        }
    }

    private void SetBatch(string file)
    {
        if (BatchFile is not null) throw new UsageException("Batch file already specified.");
        BatchFile = file;
        _isQuiet = true;
        Ssh.Add("-oBatchMode=yes");
    }

    private static string[] CommandOf(string command) => SftpWords.TrySplit(command, out IReadOnlyList<string> words, out string error) && words.Count > 0
        ? [.. words.Select(SftpWords.Literal)]
        : throw new UsageException(error.Length > 0 ? error : "the command of -D is empty");
}
