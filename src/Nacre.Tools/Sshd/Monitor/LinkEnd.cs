using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>One end of what the monitor and a process speak over: what it reads from, and what it writes to.</summary>
/// <remarks>
/// Two pairs of sockets, one each way. The kernel tells whoever waits for a Unix socket each time that the other end has taken what was written to it;
/// the runtime's socket engine always listens to that, and would be woken once for nothing by each message that goes out.
/// </remarks>
internal sealed record LinkEnd(SafeFileHandle Reading, SafeFileHandle Writing) : IDisposable
{
    /// <summary>Makes both ends.</summary>
    /// <exception cref="UnixException">There is no room for more descriptors.</exception>
    public static (LinkEnd First, LinkEnd Second) CreatePair()
    {
        (SafeFileHandle firstReading, SafeFileHandle secondWriting) = Descriptors.CreateSocketPair();
        try
        {
            (SafeFileHandle secondReading, SafeFileHandle firstWriting) = Descriptors.CreateSocketPair();
            return (new LinkEnd(firstReading, firstWriting), new LinkEnd(secondReading, secondWriting));
        }
        catch (UnixException)
        {
            firstReading.Dispose();
            secondWriting.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Reading.Dispose();
        Writing.Dispose();
    }
}
