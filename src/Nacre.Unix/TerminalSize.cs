using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The size of a terminal window, in characters and, where known, in pixels; laid out as struct winsize.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TerminalSize
{
    private readonly ushort rows;
    private readonly ushort columns;
    private readonly ushort pixelWidth;
    private readonly ushort pixelHeight;

    /// <summary>Takes any numbers that a peer may send; what a window cannot have is cut to 65,535.</summary>
    public TerminalSize(uint columns, uint rows, uint pixelWidth = 0, uint pixelHeight = 0)
    {
        this.columns = (ushort)Math.Min(columns, ushort.MaxValue);
        this.rows = (ushort)Math.Min(rows, ushort.MaxValue);
        this.pixelWidth = (ushort)Math.Min(pixelWidth, ushort.MaxValue);
        this.pixelHeight = (ushort)Math.Min(pixelHeight, ushort.MaxValue);
    }

    public uint Columns => columns;

    public uint Rows => rows;

    public uint PixelWidth => pixelWidth;

    public uint PixelHeight => pixelHeight;

    /// <summary>The window of a terminal, or of the terminal of a pseudo-terminal's master.</summary>
    public static unsafe TerminalSize Of(int descriptor) =>
        TryOf(descriptor, out TerminalSize size) ? size : throw UnixException.FromLast("read the size of the terminal");

    /// <summary>The window of a terminal; false when the descriptor is none.</summary>
    public static unsafe bool TryOf(int descriptor, out TerminalSize size)
    {
        TerminalSize found = default;
        bool isTerminal = Libc.ioctl(descriptor, Libc.TIOCGWINSZ, &found) == 0;
        size = found;
        return isTerminal;
    }

    /// <summary>Gives a terminal this size; its foreground processes get SIGWINCH if it had another.</summary>
    public unsafe void Apply(int descriptor)
    {
        TerminalSize size = this;
        Libc.Check(Libc.ioctl(descriptor, Libc.TIOCSWINSZ, &size), "set the size of the terminal");
    }
}
