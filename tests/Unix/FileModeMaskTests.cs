using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>The umask, which a process can do without for a while and its children never.</summary>
[Collection("Alone")]
public sealed class FileModeMaskTests
{
    [Fact]
    public async Task A_child_has_the_umask_that_this_process_has_lifted()
    {
        uint own = FileModeMask.Own;
        Assert.Equal(own, await OfChildAsync());
        using (FileModeMask.Lift())
        {
            using (FileModeMask.Lift()) Assert.Equal(0u, Prctl.FileModeMask);
            Assert.Equal(0u, Prctl.FileModeMask);
            Assert.Equal(own, await OfChildAsync());
            Assert.Equal(0u, Prctl.FileModeMask);
        }

        Assert.Equal(own, Prctl.FileModeMask);
    }

    private static async Task<uint> OfChildAsync()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        await using var output = new DescriptorStream(reading);
        using (writing) _ = Spawn.Start(new ProgramStart { Path = "/bin/sh", Arguments = ["sh", "-c", "umask"], Output = writing });
        using var reader = new StreamReader(output);
        return Convert.ToUInt32((await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim(), 8);
    }
}
