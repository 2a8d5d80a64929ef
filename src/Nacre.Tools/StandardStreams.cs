using System.Text;
using Nacre.Unix;

namespace Nacre.Tools;

/// <summary>Gives the console plain writers over standard output and standard error.</summary>
/// <remarks>
/// The runtime's own streams set up the terminal when they are first written: they read terminfo, take over signals and write an escape
/// sequence into the output, which no SSH tool may do and which costs time at every start.
/// </remarks>
internal static class StandardStreams
{
    /// <summary>To be called before anything uses the console.</summary>
    public static void Use()
    {
        Console.SetOut(Over(InheritedStream.OpenOutput()));
        Console.SetError(Over(InheritedStream.OpenError()));
    }

    private static StreamWriter Over(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
