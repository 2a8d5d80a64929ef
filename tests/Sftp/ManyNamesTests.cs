using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>A directory has as many names as it likes, and nobody holds them all.</summary>
public sealed class ManyNamesTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_million_names_stream_from_the_server_to_the_client_A71()
    {
        const int names = 1_000_000;
        const int mostUnderWay = 5_000;
        var files = new ManyNames(names);
        await using SftpPair pair = await SftpPair.StartAsync(files);
        (int count, int most) = (0, 0);
        await foreach (FileEntry entry in pair.Client.ListAsync("/"))
        {
            Assert.Equal(ManyNames.Name(count), entry.Name);
            most = Math.Max(most, files.Told - ++count);
        }

        Assert.Equal(names, count);
        Assert.InRange(most, 1, mostUnderWay);
    }

    /// <summary>One directory of names that are made up as they are asked for.</summary>
    private sealed class ManyNames(int count) : RefusingFileSystem
    {
        private static readonly SftpAttributes Attributes = new() { Permissions = 0x41ff };

        private int _told;

        /// <summary>How many names were asked for so far.</summary>
        public int Told => Volatile.Read(ref _told);

        public static string Name(int number) => $"a name of some length, number {number}";

        public override async IAsyncEnumerable<FileEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct)
        {
            await ValueTask.CompletedTask;
            for (int i = 0; i < count; i++)
            {
                Volatile.Write(ref _told, i + 1);
                yield return new FileEntry(Name(i), Name(i), Attributes);
            }
        }

        public override ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct) => ValueTask.FromResult(Attributes);
    }
}
