using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Serving;

/// <summary>The handles of one session: at most <see cref="SftpLimits.MaxHandles"/>, each good until it is closed and never again (P-SFTP-2).</summary>
/// <remarks>
/// On the wire a handle is the number of its place, which is free for another when it is closed, and how often the place was given away:
/// so one that was closed is known as such, however old it is.
/// </remarks>
internal sealed class OpenHandles : IAsyncDisposable
{
    // draft-ietf-secsh-filexfer-02 6.3: "The length of the handle string MUST NOT exceed 256 data bytes."
    /// <summary>The size of a handle on the wire.</summary>
    public const int Size = 2 * sizeof(uint);

    private readonly List<(OpenHandle? Open, uint Turn)> _places = [];
    private readonly Stack<int> _free = [];

    /// <summary>Throws when no handle is left.</summary>
    public void RequireRoom()
    {
        if (_free.Count == 0 && _places.Count >= SftpLimits.MaxHandles) throw new SftpException(SftpStatusCode.Failure, "Too many open files");
    }

    /// <summary>Gives what was opened a handle, which is written; the number of its place is returned.</summary>
    public int Add(OpenHandle opened, Span<byte> handle)
    {
        RequireRoom();
        if (!_free.TryPop(out int place))
        {
            place = _places.Count;
            _places.Add(default);
        }

        uint turn = _places[place].Turn + 1;
        _places[place] = (opened, turn);
        BinaryPrimitives.WriteInt32BigEndian(handle, place);
        BinaryPrimitives.WriteUInt32BigEndian(handle[sizeof(uint)..], turn);
        return place;
    }

    /// <summary>Finds what a handle stands for, and the number of its place, which is -1 when it stands for nothing.</summary>
    public bool TryFind(ReadOnlySpan<byte> handle, [NotNullWhen(true)] out OpenHandle? open, out int place)
    {
        (open, place) = (null, -1);
        if (handle.Length != Size) return false;
        uint number = BinaryPrimitives.ReadUInt32BigEndian(handle);
        if (number >= (uint)_places.Count) return false;
        (OpenHandle? found, uint turn) = _places[(int)number];
        if (found is null || turn != BinaryPrimitives.ReadUInt32BigEndian(handle[sizeof(uint)..])) return false;
        (open, place) = (found, (int)number);
        return true;
    }

    /// <summary>Takes a handle back; whoever calls closes what it stood for.</summary>
    public void Remove(int place)
    {
        _places[place] = _places[place] with { Open = null };
        _free.Push(place);
    }

    /// <summary>What is open.</summary>
    public IEnumerable<OpenHandle> Open => _places.Select(place => place.Open).OfType<OpenHandle>();

    /// <summary>Closes all that is open; one that fails does not keep the others open.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (OpenHandle open in Open)
        {
            try
            {
                await open.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or SftpException or UnauthorizedAccessException)
            {
                // The session is over: nobody is left to be told.
            }
        }

        _places.Clear();
        _free.Clear();
    }
}
