using System.Text;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>What the test executable does in a role; see <see cref="ChildRole"/>.</summary>
/// <remarks>Nothing here may run on another thread: the initializer of this module has not ended, and every other thread waits for that.</remarks>
internal static class ChildRoles
{
    /// <summary>Asks for a passphrase on its terminal and tells what it read.</summary>
    public static int ReadPassphrase()
    {
        byte[]? answer = Terminal.ReadPassphrase("Secret please: ");
        Say(answer is null ? "no answer\n" : $"got [{Encoding.UTF8.GetString(answer)}]\n");
        return 0;
    }

    /// <summary>Copies standard input to standard output.</summary>
    public static int Pump()
    {
        using InheritedStream input = InheritedStream.OpenInput();
        using InheritedStream output = InheritedStream.OpenOutput();
        input.CopyToAsync(output, 128 * 1024).GetAwaiter().GetResult();
        return 0;
    }

    // Not the console, which sends a terminal an escape sequence first.
    private static void Say(string text)
    {
        using InheritedStream output = InheritedStream.OpenOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
    }
}
