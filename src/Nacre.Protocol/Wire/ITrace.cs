using System.Runtime.CompilerServices;

namespace Nacre.Protocol.Wire;

/// <summary>Where a connection tells what it does: the tools' -v to -vvv, a library's logger.</summary>
/// <remarks>Level 1 tells the steps, 2 the proposals and requests, 3 each packet. Text never holds a secret, and text from the peer is escaped.</remarks>
internal interface ITrace
{
    /// <summary>True when lines of this level are wanted; asked before a line is composed.</summary>
    bool IsOn(int level);

    /// <summary>Takes one line; the compiler says where it comes from.</summary>
    void Write(int level, string line, [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int number = 0);
}

/// <summary>Wants no lines.</summary>
internal sealed class NoTrace : ITrace
{
    public static readonly NoTrace Instance = new();

    private NoTrace()
    {
    }

    public bool IsOn(int level) => false;

    public void Write(int level, string line, string file = "", string member = "", int number = 0)
    {
    }
}
