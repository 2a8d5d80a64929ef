using System.Runtime.InteropServices;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>Shows on the last line of the terminal how far the copies are: a line for each file as it ends, and below them the one under way.</summary>
/// <remarks>Of many files in flight the one that began first is shown. A clock draws, so that one sees when nothing moves.</remarks>
internal sealed class TransferMeter : IDisposable
{
    private const int UsualColumns = 80;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TextWriter _output;
    private readonly Func<int> _columns;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<FileInFlight> _files = [];
    private readonly ITimer _clock;
    private readonly PosixSignalRegistration _resizing;
    private int _drawn;

    public TransferMeter(TextWriter output)
        : this(output, TerminalColumns, TimeProvider.System)
    {
    }

    internal TransferMeter(TextWriter output, Func<int> columns, TimeProvider time)
    {
        (_output, _columns, _time) = (output, columns, time);
        _clock = time.CreateTimer(static meter => ((TransferMeter)meter!).Tick(), this, Interval, Interval);
        _resizing = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Tick());
    }

    /// <summary>A file begins.</summary>
    /// <param name="path">Which.</param>
    /// <param name="total">Its size; 0 when unknown.</param>
    public void Begin(string path, long total)
    {
        lock (_gate)
        {
            _files.Add(new FileInFlight(path, new ProgressLine(Printable.Escape(RemotePath.BaseName(path)), total), _time.GetTimestamp()));
            if (_files.Count == 1) Draw();
        }
    }

    /// <summary>So many bytes of a file are there.</summary>
    public void Advance(string path, long done)
    {
        lock (_gate)
        {
            if (Find(path) is { } file) file.Line.Done = done;
        }
    }

    /// <summary>So many bytes of a file were there before: they do not count for its rate.</summary>
    public void Skip(string path, long start)
    {
        lock (_gate) Find(path)?.Line.Skip(start);
    }

    /// <summary>A file has ended: its line stays.</summary>
    public void End(string path)
    {
        lock (_gate)
        {
            if (Find(path) is not { } file) return;
            Write(file.Line.AtEnd(_time.GetElapsedTime(file.Start), _columns()));
            _output.Write('\n');
            _drawn = 0;
            _files.Remove(file);
            if (_files.Count > 0) Draw();
            _output.Flush();
        }
    }

    /// <summary>Writes something else, on a line of its own.</summary>
    public void Interrupt(Action write)
    {
        lock (_gate)
        {
            Erase();
            write();
            if (_files.Count > 0) Draw();
        }
    }

    /// <summary>Leaves the lines of what has not ended as they stand.</summary>
    public void Dispose()
    {
        _clock.Dispose();
        _resizing.Dispose();
        lock (_gate)
        {
            if (_drawn > 0) _output.Write('\n');
            _output.Flush();
            _drawn = 0;
            _files.Clear();
        }
    }

    private static int TerminalColumns() => TerminalSize.TryOf(1, out TerminalSize size) && size.Columns > 0 ? (int)size.Columns : UsualColumns;

    private FileInFlight? Find(string path) => _files.Find(file => file.Path == path);

    private void Tick()
    {
        lock (_gate)
        {
            if (_files.Count > 0) Draw();
        }
    }

    private void Draw()
    {
        FileInFlight file = _files[0];
        Write(file.Line.At(_time.GetElapsedTime(file.Start), _columns()));
        _output.Flush();
    }

    // What an earlier, longer line left is written over.
    private void Write(string line)
    {
        int width = Shared.TextWidth.Of(line);
        _output.Write("\r" + line + new string(' ', Math.Max(0, Math.Min(_drawn, _columns() - 1) - width)));
        _drawn = width;
    }

    private void Erase()
    {
        if (_drawn > 0) _output.Write("\r" + new string(' ', Math.Min(_drawn, _columns() - 1)) + "\r");
        _output.Flush();
        _drawn = 0;
    }

    private sealed record FileInFlight(string Path, ProgressLine Line, long Start);
}
