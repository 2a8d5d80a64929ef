using Nacre.Config.Values;

namespace Nacre.Tools.FileTransfer;

/// <summary>What -X says of the requests of an SFTP session; what is null is chosen by measuring.</summary>
internal sealed record RequestLimits
{
    private const int MostBytes = 256 * 1024, MostRequests = 256 * 1024;
    private const string Buffer = "buffer=", Number = "nrequests=";

    /// <summary>The most bytes that one request reads or writes.</summary>
    public int? Bytes { get; init; }

    /// <summary>The most requests without an answer.</summary>
    public int? Requests { get; init; }

    /// <summary>The same with one -X option.</summary>
    /// <exception cref="FatalException">There is no such option, or not with that value.</exception>
    public RequestLimits With(string option)
    {
        if (option.StartsWith(Buffer, StringComparison.Ordinal))
        {
            string text = option[Buffer.Length..];
            bool isRight = Quantity.TryParseSize(text, out long bytes, out _) && bytes is > 0 and <= MostBytes;
            return isRight ? this with { Bytes = (int)bytes } : throw new FatalException($"Invalid buffer size \"{text}\": Invalid argument");
        }

        if (!option.StartsWith(Number, StringComparison.Ordinal)) throw new FatalException("Invalid -X option");
        string count = option[Number.Length..];
        string fault = StrictNumber.Read(count, MostRequests, out long requests);
        return fault.Length == 0 ? this with { Requests = (int)requests } : throw new FatalException($"Invalid number of requests \"{count}\": {fault}");
    }
}
