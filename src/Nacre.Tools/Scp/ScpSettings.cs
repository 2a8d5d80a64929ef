using System.Globalization;
using Nacre.Config.Values;
using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>What the command line of scp says.</summary>
internal sealed class ScpSettings
{
    private const long MostKilobits = 100 * 1024 * 1024;

    private ScpSettings()
    {
    }

    public SshCall Ssh { get; } = new();

    public ScpRole Role { get; private set; }

    /// <summary>Speak the old protocol (-O).</summary>
    public bool IsLegacy { get; private set; }

    /// <summary>Copy between two other machines by running scp at the first (-R).</summary>
    public bool CopiesThere { get; private set; }

    /// <summary>Take names that were not asked for (-T).</summary>
    public bool TrustsNames { get; private set; }

    /// <summary>The program of -D; null to connect.</summary>
    public string? Server { get; private set; }

    /// <summary>How SFTP copies; the old protocol takes what it can from it.</summary>
    public TransferOptions Copies { get; private set; } = new() { WritesInPlace = true };

    public bool TargetIsDirectory { get; private set; }

    public bool IsQuiet { get; private set; }

    public int Verbosity { get; private set; }

    /// <summary>The sources as they were typed; for the other roles, all operands.</summary>
    public IReadOnlyList<string> Sources { get; private set; } = [];

    public string Target { get; private set; } = ".";

    /// <summary>The command line that goes on with what this one began.</summary>
    public string ResumeCommand { get; private set; } = "";

    /// <summary>How the old protocol copies.</summary>
    public ScpOptions Legacy => new()
    {
        IsRecursive = Copies.IsRecursive,
        KeepsAttributes = Copies.KeepsAttributes,
        TargetIsDirectory = TargetIsDirectory,
        MaxBytesPerSecond = Copies.MaxBytesPerSecond,
    };

    /// <summary>How scp is called at another machine, without the paths.</summary>
    public string RemoteCall =>
        "scp" + (Verbosity > 0 ? " -v" : "") + (Copies.IsRecursive ? " -r" : "") + (Copies.KeepsAttributes ? " -p" : "") + (TargetIsDirectory ? " -d" : "");

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    /// <exception cref="FatalException">A value is none that there can be.</exception>
    public static ScpSettings Parse(string[] arguments)
    {
        var settings = new ScpSettings();
        var reader = new FlagReader(ScpFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        string[] operands = [.. reader.Rest];
        if (settings.Role != ScpRole.User)
        {
            settings.Sources = operands;
            return settings;
        }

        if (operands.Length < 2) throw new UsageException("");
        settings.TargetIsDirectory |= operands.Length > 2;
        settings.Sources = operands[..^1];
        settings.Target = operands[^1];
        if (settings is { Copies.Resumes: true, IsLegacy: true }) throw new FatalException("the old protocol cannot go on with a copy that was begun: leave out -O, or --resume");
        settings.ResumeCommand = "scp " + string.Join(' ', (settings.Copies.Resumes ? arguments : ["--resume", .. arguments]).Select(Quoted));
        return settings;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case '1': throw new FatalException("SSH protocol v.1 is no longer supported");
            case '3': CopiesThere = false; break;
            case '4' or '6' or 'A' or 'C': Ssh.Add($"-{use.Letter}"); break;
            case 'F' or 'J' or 'c' or 'i' or 'o': Ssh.Add($"-{use.Letter}", use.Value); break;
            case 'B': Ssh.Add("-oBatchMode=yes"); break;
            case 'D': Server = use.Value; break;
            case 'O': IsLegacy = true; break;
            case 'P': Ssh.Port = PortOf(use.Value); break;
            case 'R': CopiesThere = true; break;
            case 'S': Ssh.Program = use.Value; break;
            case 'T': TrustsNames = true; break;
            case 'X': TakeSftpOption(use.Value); break;
            case 'a': Copies = Copies with { Resumes = true }; break;
            case 'd': TargetIsDirectory = true; break;
            case 'f': Role = ScpRole.Source; break;
            case 'l': Copies = Copies with { MaxBytesPerSecond = RateOf(use.Value) }; break;
            case 'p': Copies = Copies with { KeepsAttributes = true }; break;
            case 'q': IsQuiet = true; Ssh.Add("-q"); break;
            case 'r': Copies = Copies with { IsRecursive = true }; break;
            case 's': IsLegacy = false; break;
            case 't': Role = ScpRole.Sink; break;
            case 'v': Verbosity++; Ssh.Add("-v"); break;
        }
    }

    private void TakeSftpOption(string option)
    {
        RequestLimits limits = new RequestLimits { Bytes = Copies.RequestBytes, Requests = Copies.RequestsInFlight }.With(option);
        Copies = Copies with { RequestBytes = limits.Bytes, RequestsInFlight = limits.Requests };
    }

    private static string PortOf(string text) =>
        PortNumber.TryParse(text, out int port) && port > 0 ? port.ToString(CultureInfo.InvariantCulture) : throw new FatalException($"bad port \"{text}\"");

    private static long RateOf(string text) =>
        StrictNumber.Read(text, MostKilobits, out long kilobits).Length == 0 ? kilobits * 1024 / 8 : throw new UsageException("");

    // For a shell.
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(static c => char.IsLetterOrDigit(c) || "-_./:=@%+,".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
