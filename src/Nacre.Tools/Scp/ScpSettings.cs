using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>What the command line of scp says.</summary>
internal sealed class ScpSettings
{
    private ScpSettings()
    {
    }

    public SshCall Ssh { get; } = new();

    /// <summary>The program of -D; null to connect.</summary>
    public string? Server { get; private set; }

    public CopyOptions Copies { get; private set; } = new() { FollowsLinks = true };

    public bool IsQuiet { get; private set; }

    public IReadOnlyList<ScpPlace> Sources { get; private set; } = [];

    public ScpPlace Target { get; private set; } = new(null, ".");

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static ScpSettings Parse(string[] arguments)
    {
        var settings = new ScpSettings();
        var reader = new FlagReader(ScpFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        string[] operands = [.. reader.Rest];
        if (operands.Length < 2) throw new UsageException("");
        settings.Sources = [.. operands[..^1].Select(ScpPlace.Parse)];
        settings.Target = ScpPlace.Parse(operands[^1]);
        return settings;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case '3': break;
            case '4' or '6' or 'C' or 'v': Ssh.Add($"-{use.Letter}"); break;
            case 'F' or 'c' or 'i' or 'o': Ssh.Add($"-{use.Letter}", use.Value); break;
            case 'B': Ssh.Add("-oBatchMode=yes"); break;
            case 'D': Server = use.Value; break;
            case 'P': Ssh.Port = use.Value; break;
            case 'S': Ssh.Program = use.Value; break;
            case 'p': Copies = Copies with { KeepsTimes = true }; break;
            case 'q': IsQuiet = true; Ssh.Add("-q"); break;
            case 'r': Copies = Copies with { IsRecursive = true }; break;
        }
    }
}
