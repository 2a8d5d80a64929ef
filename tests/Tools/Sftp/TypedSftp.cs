using System.Text;
using Nacre.Tests.Interop;
using Nacre.Tests.Tools.LineEditor;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sftp;

/// <summary>Our sftp on a terminal of its own, with somebody who types and looks at the screen.</summary>
internal sealed class TypedSftp : IAsyncDisposable
{
    private readonly Pty _pty = Pty.Open();
    private readonly Screen _screen;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly DescriptorStream _stream;
    private readonly ChildProcess _child;

    /// <param name="directory">Where it is started.</param>
    /// <param name="terminal">The value of TERM.</param>
    /// <param name="arguments">Its arguments.</param>
    public TypedSftp(string directory, string terminal, params string[] arguments)
    {
        const int columns = 100;
        _screen = new Screen(columns);
        _pty.Size = new TerminalSize(columns, 30);
        Modes = _pty.Modes;
        CStrings environment = CStrings.OwnEnvironment();
        environment.Set("TERM", terminal);
        CStrings words = [];
        foreach (string word in (string[])[OurTools.Executable, "sftp", .. arguments]) words.Add(word);
        _child = Spawn.Start(new ProgramStart
        {
            Path = OurTools.Executable,
            Arguments = words,
            Environment = environment,
            WorkingDirectory = directory,
            ControllingTerminal = _pty.Name,
        });
        _stream = _pty.OpenStream();
    }

    /// <summary>The modes that the terminal had.</summary>
    public Termios Modes { get; }

    /// <summary>The modes that it has.</summary>
    public Termios ModesNow => _pty.Modes;

    /// <summary>Types, and returns when the screen shows what is awaited.</summary>
    public async Task<string> TypeAsync(string typed, string awaited)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(typed));
        return await ShowsAsync(awaited);
    }

    /// <summary>Returns the screen when its end matches a pattern.</summary>
    public async Task<string> ShowsAsync(string awaited)
    {
        using var limit = new CancellationTokenSource(Run.Limit);
        byte[] bytes = new byte[4096];
        char[] text = new char[4096];
        while (true)
        {
            string shown = _screen.ToString();
            if (System.Text.RegularExpressions.Regex.IsMatch(shown, awaited + "$")) return shown;
            int length;
            try
            {
                length = await _stream.ReadAsync(bytes, limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"the terminal never showed {awaited} but\n{shown.Replace('|', '\n')}");
            }

            if (length == 0) throw new EndOfStreamException($"sftp ended before it showed {awaited}, with\n{shown.Replace('|', '\n')}");
            _screen.Write(new string(text, 0, _decoder.GetChars(bytes, 0, length, text, 0)));
        }
    }

    /// <summary>Types, and returns its exit status.</summary>
    public async Task<int> EndAsync(string typed)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(typed));
        byte[] rest = new byte[4096];
        Task reading = Task.Run(async () =>
        {
            while (await _stream.ReadAsync(rest) > 0)
            {
            }
        });
        int status = (await _child.Exited.WaitAsync(Run.Limit)).ShellStatus;
        await reading.WaitAsync(Run.Limit);
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        _child.Signal(UnixSignal.KILL);
        await _child.Exited;
        await _stream.DisposeAsync();
        _pty.Dispose();
    }
}
