using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>One end of what the monitor and one of its processes speak over: whole messages in and out, some with a descriptor.</summary>
/// <remarks>
/// Anybody may send; what the socket does not take at once waits in order, up to a bound, behind which the other end counts as gone: nobody here
/// ever waits for a process that does not read. One reads.
/// </remarks>
internal sealed class ProcessLink : IDisposable
{
    /// <summary>More bytes than this do not wait for the other end.</summary>
    private const int MaxWaiting = 16 * 1024 * 1024;

    private const int UsualBuffer = 4 * 1024;

    private readonly Socket _reading;
    private readonly Socket _writing;
    private readonly bool _takesDescriptors;
    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Message, SafeHandle? Descriptor)> _waiting = [];
    private readonly Queue<SafeFileHandle> _descriptors = [];
    private byte[] _buffer = new byte[UsualBuffer];
    private int _start;
    private int _end;
    private long _waitingBytes;
    private bool _isDraining;
    private bool _isGone;

    /// <param name="end">This end of it, which is taken over.</param>
    /// <param name="takesDescriptors">True at the end that descriptors are sent to; at the other one they are a fault.</param>
    public ProcessLink(LinkEnd end, bool takesDescriptors)
    {
        _reading = new Socket(new SafeSocketHandle(Descriptors.Release(end.Reading), ownsHandle: true));
        _writing = new Socket(new SafeSocketHandle(Descriptors.Release(end.Writing), ownsHandle: true));
        _takesDescriptors = takesDescriptors;
    }

    /// <summary>Sends a message; one to a process that has gone is dropped, since whoever reads hears of it.</summary>
    /// <param name="connection">The connection that it is about.</param>
    /// <param name="message">The message.</param>
    /// <param name="descriptor">What goes with it, of which the other end gets a copy. It stays the caller's.</param>
    public void Send<T>(uint connection, scoped ref T message, SafeHandle? descriptor = null)
        where T : IMonitorMessage<T>, allows ref struct
    {
        byte[] framed = LinkMessage.Write(connection, ref message);
        bool startsDraining = false;
        lock (_lock)
        {
            if (_isGone) return;
            if (_waiting.Count == 0 && !_isDraining && TrySend(framed, descriptor, out int sent))
            {
                if (sent == framed.Length)
                {
                    CryptographicOperations.ZeroMemory(framed);
                    return;
                }

                byte[] rest = framed[sent..];
                CryptographicOperations.ZeroMemory(framed);
                (framed, descriptor) = (rest, null);
            }

            if (_isGone) return;
            bool isHeld = false;
            descriptor?.DangerousAddRef(ref isHeld);
            _waitingBytes += framed.Length;
            _waiting.Enqueue((framed, descriptor));
            if (_waitingBytes > MaxWaiting) Break();
            else if (!_isDraining) startsDraining = _isDraining = true;
        }

        if (startsDraining) _ = DrainAsync();
    }

    /// <summary>Waits for the next message; null when the other end has gone.</summary>
    /// <exception cref="SshViolationException">What came is no message.</exception>
    public async ValueTask<LinkMessage?> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            if (TryTake() is { } message) return message;
            MakeRoom();
            DescriptorPassing.Receipt receipt;
            try
            {
                receipt = await DescriptorPassing.ReceiveAsync(_reading, _buffer.AsMemory(_end), _takesDescriptors ? 1 : 0, ct).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException or UnixException)
            {
                return null;
            }
            catch (InvalidDataException fault)
            {
                throw new SshViolationException(Violation.UnexpectedMessage, fault.Message);
            }

            foreach (SafeFileHandle handle in receipt.Handles) _descriptors.Enqueue(handle);

            // Its place is kept, so that no later message has a descriptor that is not its own.
            if (receipt.HasLost) _descriptors.Enqueue(new SafeFileHandle());
            if (receipt.Count == 0) return null;
            _end += receipt.Count;
        }
    }

    public void Dispose()
    {
        lock (_lock) Break();
        while (_descriptors.TryDequeue(out SafeFileHandle? descriptor)) descriptor.Dispose();
    }

    private LinkMessage? TryTake()
    {
        ReadOnlySpan<byte> come = _buffer.AsSpan(_start, _end - _start);
        if (come.Length < LinkMessage.LengthBytes) return null;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(come);
        if (length is < LinkMessage.HeaderLength or > LinkMessage.MaxLength) throw new SshViolationException(Violation.LengthOutOfRange, $"A message between processes claims {length} bytes.");
        int whole = LinkMessage.LengthBytes + (int)length;
        if (come.Length < whole) return null;
        var type = (MonitorMessageType)come[LinkMessage.LengthBytes];
        uint connection = BinaryPrimitives.ReadUInt32BigEndian(come[(LinkMessage.LengthBytes + 1)..]);
        byte[] fields = come[(LinkMessage.LengthBytes + LinkMessage.HeaderLength)..whole].ToArray();
        SafeFileHandle? descriptor = null;
        if (LinkMessage.CarriesDescriptor(type) && (!_takesDescriptors || !_descriptors.TryDequeue(out descriptor)))
        {
            throw new SshViolationException(Violation.UnexpectedMessage, $"A message {type} came without its descriptor.");
        }

        CryptographicOperations.ZeroMemory(_buffer.AsSpan(_start, whole));
        _start += whole;
        return new LinkMessage(type, connection, fields, descriptor);
    }

    // What has come of a message stays; a buffer that was long for one message is let go again.
    private void MakeRoom()
    {
        int come = _end - _start;
        int wanted = come < LinkMessage.LengthBytes ? UsualBuffer
            : Math.Max(UsualBuffer, LinkMessage.LengthBytes + BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start)));
        byte[] next = _buffer.Length == wanted ? _buffer : new byte[wanted];
        _buffer.AsSpan(_start, come).CopyTo(next);
        if (next != _buffer) CryptographicOperations.ZeroMemory(_buffer);
        (_buffer, _start, _end) = (next, 0, come);
    }

    // For the holder of the lock. False when nothing went, for the socket is full or the other end gone.
    private bool TrySend(ReadOnlySpan<byte> bytes, SafeHandle? descriptor, out int sent)
    {
        sent = 0;
        try
        {
            return DescriptorPassing.TrySend(_writing, bytes, descriptor is null ? [] : [descriptor], out sent);
        }
        catch (Exception gone) when (gone is UnixException or ObjectDisposedException)
        {
            Break();
            return false;
        }
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            (byte[] Message, SafeHandle? Descriptor) next;
            lock (_lock)
            {
                if (_isGone || !_waiting.TryDequeue(out next))
                {
                    _isDraining = false;
                    return;
                }
            }

            try
            {
                await DescriptorPassing.SendAsync(_writing, next.Message, next.Descriptor is null ? [] : [next.Descriptor]).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is UnixException or SocketException or ObjectDisposedException)
            {
                lock (_lock) Break();
            }

            next.Descriptor?.DangerousRelease();
            CryptographicOperations.ZeroMemory(next.Message);
            lock (_lock) _waitingBytes -= next.Message.Length;
        }
    }

    // For the holder of the lock.
    private void Break()
    {
        _isGone = true;
        while (_waiting.TryDequeue(out (byte[] Message, SafeHandle? Descriptor) dropped))
        {
            dropped.Descriptor?.DangerousRelease();
            CryptographicOperations.ZeroMemory(dropped.Message);
        }

        _reading.Dispose();
        _writing.Dispose();
    }
}
