using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Sends open descriptors to another process over a Unix socket (SCM_RIGHTS).</summary>
internal static class DescriptorPassing
{
    /// <summary>The most descriptors that one message carries.</summary>
    public const int MostAtOnce = 16;

    private static readonly int HeaderBytes = Align(Marshal.SizeOf<Libc.ControlHeader>());

    /// <summary>
    /// Sends bytes with descriptors, of which the other process gets copies. At least one byte goes with them, for a message of
    /// nothing carries nothing.
    /// </summary>
    public static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> data, IReadOnlyList<SafeHandle> handles, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(handles.Count, MostAtOnce);
        int sent;
        while (!TrySend(socket, data.Span, handles, out sent))
            await Task.Run(() => WaitUntilWritable(socket, ct), ct).ConfigureAwait(false);

        // A stream socket may take a part; the descriptors went with its first byte.
        data = data[sent..];
        while (!data.IsEmpty)
            data = data[await socket.SendAsync(data, SocketFlags.None, ct).ConfigureAwait(false)..];
    }

    /// <summary>Receives one message. No bytes mean that the other end has closed. The caller goes on wherever it is heard of.</summary>
    /// <exception cref="InvalidDataException">More descriptors came than <paramref name="most"/>; those that came are closed.</exception>
    public static async ValueTask<Receipt> ReceiveAsync(
        Socket socket, Memory<byte> buffer, int most = MostAtOnce, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MostAtOnce);
        while (true)
        {
            // A receive of nothing waits until there is something.
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, ct).ConfigureAwait(false);
            if (TryReceive(Number(socket), buffer.Span, most, Libc.MSG_DONTWAIT, out Receipt receipt))
                return receipt;
        }
    }

    /// <summary>Receives one message, as <see cref="ReceiveAsync"/> does, on a socket that has this thread wait.</summary>
    public static Receipt Receive(SafeHandle socket, Span<byte> buffer, int most)
    {
        Receipt receipt;
        while (!TryReceive((int)socket.DangerousGetHandle(), buffer, most, 0, out receipt))
        {
            // A signal came.
        }

        return receipt;
    }

    /// <summary>Sends as much as the socket takes at once, the descriptors with the first byte of it; false when it takes nothing now.</summary>
    public static unsafe bool TrySend(Socket socket, ReadOnlySpan<byte> data, IReadOnlyList<SafeHandle> handles, out int sent)
    {
        byte* control = stackalloc byte[HeaderBytes + Align(MostAtOnce * sizeof(int))];
        int held = 0;
        try
        {
            int* numbers = (int*)(control + HeaderBytes);
            for (; held < handles.Count; held++)
            {
                bool isHeld = false;
                handles[held].DangerousAddRef(ref isHeld);
                numbers[held] = (int)handles[held].DangerousGetHandle();
            }
            *(Libc.ControlHeader*)control = new Libc.ControlHeader
            {
                Length = (nuint)(HeaderBytes + held * sizeof(int)),
                Level = Libc.SOL_SOCKET,
                Type = Libc.SCM_RIGHTS,
            };
            fixed (byte* bytes = data)
            {
                var vector = new Libc.IoVector { Base = bytes, Length = (nuint)data.Length };
                var message = new Libc.MessageHeader
                {
                    Vectors = &vector,
                    VectorCount = 1,
                    Control = held == 0 ? null : control,
                    ControlLength = held == 0 ? 0 : (nuint)(HeaderBytes + Align(held * sizeof(int))),
                };
                sent = (int)Libc.sendmsg(Number(socket), &message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
                return sent >= 0 || (Libc.LastErrno is Errno.EAGAIN or Errno.EINTR ? false : throw UnixException.FromLast("send descriptors"));
            }
        }
        finally
        {
            while (held > 0)
                handles[--held].DangerousRelease();
        }
    }

    private static unsafe bool TryReceive(int socket, Span<byte> buffer, int most, int flags, out Receipt receipt)
    {
        int controlBytes = HeaderBytes + Align(most * sizeof(int));
        byte* control = stackalloc byte[controlBytes];
        receipt = default;
        fixed (byte* bytes = buffer)
        {
            var vector = new Libc.IoVector { Base = bytes, Length = (nuint)buffer.Length };
            var message = new Libc.MessageHeader
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = most == 0 ? null : control,
                ControlLength = most == 0 ? 0 : (nuint)controlBytes,
            };
            nint received = Libc.recvmsg(socket, &message, flags | Libc.MSG_CMSG_CLOEXEC);
            if (received < 0)
                return Libc.LastErrno is Errno.EAGAIN or Errno.EINTR ? false : throw UnixException.FromLast("receive descriptors");

            SafeFileHandle[] handles = Collect(message);
            bool isCut = (message.Flags & Libc.MSG_CTRUNC) != 0;

            // The kernel says the same of a message with more than there is room for and of a process that may have no more.
            if (handles.Length < most || (handles.Length == most && !isCut))
            {
                receipt = new Receipt((int)received, handles) { HasLost = isCut };
                return true;
            }

            foreach (SafeFileHandle handle in handles)
                handle.Dispose();
            throw new InvalidDataException($"More than {most} descriptors came with a message.");
        }
    }

    private static unsafe SafeFileHandle[] Collect(in Libc.MessageHeader message)
    {
        var handles = new List<SafeFileHandle>();
        byte* end = message.Control + message.ControlLength;
        byte* next = message.Control;
        while (next is not null && next + HeaderBytes <= end)
        {
            var header = (Libc.ControlHeader*)next;
            if (header->Length < (nuint)HeaderBytes || header->Length > (nuint)(end - next))
                break;
            if (header->Level == Libc.SOL_SOCKET && header->Type == Libc.SCM_RIGHTS)
            {
                int present = (int)(header->Length - (nuint)HeaderBytes) / sizeof(int);
                for (int i = 0; i < present; i++)
                    handles.Add(new SafeFileHandle(((int*)(next + HeaderBytes))[i], ownsHandle: true));
            }
            next += Align((int)header->Length);
        }
        return [.. handles];
    }

    private static unsafe void WaitUntilWritable(Socket socket, CancellationToken ct)
    {
        const int checkEveryMs = 100;
        var entry = new Libc.PollEntry { Descriptor = Number(socket), Events = Libc.POLLOUT };
        do
            ct.ThrowIfCancellationRequested();
        while (Libc.poll(&entry, 1, checkEveryMs) == 0);
    }

    /// <summary>What was received: so many bytes, and the descriptors that came with them.</summary>
    internal readonly record struct Receipt(int Count, SafeFileHandle[] Handles)
    {
        /// <summary>True when more descriptors came, which this process could not have, for it has as many as it may (RLIMIT_NOFILE).</summary>
        public bool HasLost { get; init; }
    }

    private static int Number(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();

    private static int Align(int bytes) => (bytes + IntPtr.Size - 1) & -IntPtr.Size;
}
