using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class IdleMemoryTests
{
    [Fact]
    public void What_was_given_back_is_there_again_when_it_is_used()
    {
        byte[] kept = [1, 2, 3];
        IdleMemory.Release();
        Assert.Equal("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(kept)));
    }
}
