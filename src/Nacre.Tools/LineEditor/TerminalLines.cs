using Nacre.Unix;

namespace Nacre.Tools.LineEditor;

/// <summary>Has people type lines at the terminal of standard input and output, with editing, history and completion.</summary>
/// <param name="prompt">What stands before each line.</param>
/// <param name="complete">Completes a line that has been typed up to the cursor.</param>
/// <param name="layOut">Arranges choices in rows for so many columns.</param>
internal sealed class TerminalLines(string prompt, Func<string, int, Task<Completion>> complete, Func<IReadOnlyList<string>, int, IEnumerable<string>> layOut) : IAsyncDisposable
{
    private const int UsualColumns = 80;

    private readonly LineEdit _edit = new(prompt, new History());
    private readonly KeyDecoder _keys = new();
    private readonly InheritedStream _input = InheritedStream.OpenInput();
    private readonly RawMode? _raw = EnterAndLeave();
    private readonly byte[] _bytes = new byte[1024];

    /// <summary>Whether the terminal can be written on anywhere, as editing needs.</summary>
    public static bool IsPossible() =>
        Descriptors.IsTerminal(0) && Descriptors.IsTerminal(1) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Reads a line; null at the end. A line that is given up is followed by a new prompt.</summary>
    public async Task<string?> ReadAsync(CancellationToken ct)
    {
        _raw?.Enter();
        using var resized = new SignalWatch(UnixSignal.WINCH);
        try
        {
            _edit.Columns = Columns();
            _edit.Start();
            while (true)
            {
                while (_keys.TryTake(out Key key))
                {
                    EditResult result = await TakeAsync(key).ConfigureAwait(false);
                    if (result == EditResult.Ended) return null;
                    if (result == EditResult.Accepted) return _edit.Text;
                }

                Show();
                if (!await ReadKeysAsync(resized, ct).ConfigureAwait(false)) return null;
            }
        }
        finally
        {
            Show();
            _raw?.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _raw?.Dispose();
        await _input.DisposeAsync().ConfigureAwait(false);
    }

    private static RawMode? EnterAndLeave()
    {
        RawMode? raw = RawMode.TryEnter(0);
        raw?.Leave();
        return raw;
    }

    private static int Columns() => TerminalSize.TryOf(1, out TerminalSize size) && size.Columns > 0 ? (int)size.Columns : UsualColumns;

    private async Task<EditResult> TakeAsync(Key key)
    {
        EditResult result = _edit.Take(key);
        if (result == EditResult.Interrupted) _edit.Start();
        if (result != EditResult.WantsCompletion) return result;
        Show();
        Completion completion = await complete(_edit.Text, _edit.Cursor).ConfigureAwait(false);
        _edit.Complete(completion.Insertion, layOut(completion.Choices, _edit.Columns));
        return EditResult.GoesOn;
    }

    private async Task<bool> ReadKeysAsync(SignalWatch resized, CancellationToken ct)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<int> reading = _input.ReadAsync(_bytes, ct).AsTask();
        Task<UnixSignal> resizing = resized.NextAsync(waiting.Token).AsTask();
        while (await Task.WhenAny(reading, resizing).ConfigureAwait(false) == resizing)
        {
            await resizing.ConfigureAwait(false);
            _edit.Columns = Columns();
            Show();
            resizing = resized.NextAsync(waiting.Token).AsTask();
        }

        int length = await reading.ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        await ((Task)resizing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _keys.Add(_bytes.AsSpan(0, length));
        return length > 0;
    }

    private void Show()
    {
        string output = _edit.TakeOutput();
        if (output.Length == 0) return;
        Console.Out.Write(output);
        Console.Out.Flush();
    }
}
