using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The keeper's end of its line: frames in and out, for a process of one thread, which waits.</summary>
internal sealed unsafe class KeeperLine(SafeFileHandle socket)
{
    /// <summary>The descriptor, for waiting for more than one thing.</summary>
    public int Descriptor => (int)socket.DangerousGetHandle();

    /// <summary>Waits for the next frame; null when there will be none.</summary>
    /// <param name="descriptors">Gets those that come with it, which are the caller's, whatever this returns or throws.</param>
    /// <exception cref="InvalidDataException">What came is no frame, or has more descriptors than any.</exception>
    public CStrings? Read(List<SafeFileHandle> descriptors)
    {
        Span<byte> header = stackalloc byte[KeeperFrame.HeaderBytes];
        for (int filled = 0; filled < header.Length;)
        {
            // They come with the first byte; what comes with others has no place and is closed by the kernel.
            if (!TryReceive(header[filled..], filled == 0 ? KeeperFrame.MostDescriptors : 0, out DescriptorPassing.Receipt receipt))
                return null;
            descriptors.AddRange(receipt.Handles);
            filled += receipt.Count;
        }

        byte[] content = new byte[KeeperFrame.LengthOf(header)];
        return TryFill(content) ? CStrings.Parse(content) : null;
    }

    /// <summary>Says something, which is lost where nobody is left to hear it: then there will be no further frame either.</summary>
    public void Write(CStrings strings)
    {
        try
        {
            Descriptors.Write(socket, KeeperFrame.Of(strings));
        }
        catch (UnixException gone) when (gone.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
        }
    }

    // Whoever leaves without having heard everything has left, and no more.
    private bool TryReceive(Span<byte> buffer, int most, out DescriptorPassing.Receipt receipt)
    {
        try
        {
            receipt = DescriptorPassing.Receive(socket, buffer, most);
            return receipt.Count > 0;
        }
        catch (UnixException gone) when (gone.Errno == Errno.ECONNRESET)
        {
            receipt = default;
            return false;
        }
    }

    private bool TryFill(Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            for (int filled = 0; filled < buffer.Length;)
            {
                nint count = Libc.read(Descriptor, first + filled, (nuint)(buffer.Length - filled));
                if (count == 0 || (count < 0 && Libc.LastErrno != Errno.EINTR))
                    return false;
                filled += (int)Math.Max(0, count);
            }
        }

        return true;
    }
}
